import { ensureOrganization, issueToken } from '@turnout/access/issue-token';
import { type Db, openDb } from '@turnout/runtime/postgres';
import type { Stand } from '../stand.ts';

/** What every part of the closure benchmark works with. */
export interface Bench {
  stand: Stand;
  /** As the owner of the database. */
  db: Db;
  organizationId: string;
  /** Of an admin and of a device of the organization. */
  tokens: { admin: string; device: string };
}

export const MINUTES = 60_000;

export async function openBench(stand: Stand): Promise<Bench & AsyncDisposable> {
  const db = openDb({
    url: stand.databaseUrl,
    max: 4,
    applicationName: 'bench',
    queryTimeoutMs: 20 * MINUTES,
  });
  const organizationId = await ensureOrganization(db, 'bench');
  const grant = async (role: 'admin' | 'front_desk') => {
    const all = { eventIds: null, station: null, expiresAt: null };
    return (await issueToken(db, { organizationId, role, label: 'bench', ...all })).token;
  };
  const tokens = { admin: await grant('admin'), device: await grant('front_desk') };
  return { stand, db, organizationId, tokens, [Symbol.asyncDispose]: () => db[Symbol.asyncDispose]() };
}

/** Where no broker listens: what is announced stays in the outbox, and nobody spends time on publishing it. */
export const NO_BROKER = { AMQP_URL: 'amqp://127.0.0.1:1' };
