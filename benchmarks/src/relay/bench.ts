import { ensureOrganization } from '@turnout/access/issue-token';
import { type Db, openDb } from '@turnout/runtime/postgres';
import type { Stand } from '../stand.ts';
import { seedMessages } from './messages.ts';
import { type BenchQueue, openBenchQueue } from './queue.ts';

/** What every part of the relay benchmark works with. */
export interface RelayBench {
  stand: Stand;
  /** As the owner of the database. */
  db: Db;
  organizationId: string;
  queue: BenchQueue;
}

export async function openRelayBench(stand: Stand): Promise<RelayBench & AsyncDisposable> {
  await using opening = new AsyncDisposableStack();
  const options = { url: stand.databaseUrl, max: 16, applicationName: 'bench', queryTimeoutMs: 120_000 };
  const db = opening.use(openDb(options));
  const queue = opening.use(await openBenchQueue(stand.amqpUrl));
  const organizationId = await ensureOrganization(db, 'bench');
  await seedMessages(db, organizationId);
  const opened = opening.move();
  return { stand, db, organizationId, queue, [Symbol.asyncDispose]: () => opened.disposeAsync() };
}
