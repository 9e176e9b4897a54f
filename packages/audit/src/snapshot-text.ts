import { z } from 'zod';

/** More transactions than this are under way at once only where a cursor would become too long to name them. */
const MOST_NAMED = 100;

/**
 * A snapshot of PostgreSQL (`xmin:xmax:xip,xip`) as a cursor carries it: numbers after the first as their distance from
 * it. With too many transactions under way the snapshot ends at the oldest of them: what comes after it is then left to
 * whoever reads the list again.
 */
export function shortSnapshot(snapshot: string): string {
  const [xmin = '', xmax = '', running = ''] = snapshot.split(':');
  const base = BigInt(xmin);
  const names = running === '' ? [] : running.split(',');
  if (names.length > MOST_NAMED) return `${base}:0:`;
  const near = (xid: string) => (BigInt(xid) - base).toString(36);
  return `${base}:${near(xmax)}:${names.map(near).join(',')}`;
}

/** The snapshot that {@link shortSnapshot} made short. */
export function longSnapshot(short: string): string {
  const [xmin = '', xmax = '', running = ''] = short.split(':');
  const base = BigInt(xmin);
  const far = (near: string) => String(base + BigInt(Number.parseInt(near, 36)));
  const names = running === '' ? '' : running.split(',').map(far).join(',');
  return `${base}:${far(xmax)}:${names}`;
}

/** A short snapshot in a cursor, which comes from outside: PostgreSQL refuses one that is none. */
export const shortSnapshotText = z
  .string()
  .regex(/^[1-9]\d{0,17}:[0-9a-z]{1,8}:(?:[0-9a-z]{1,8}(?:,[0-9a-z]{1,8}){0,99})?$/)
  .refine(isOrdered);

function isOrdered(short: string): boolean {
  const [, xmax = '', running = ''] = short.split(':');
  const names = running === '' ? [] : running.split(',').map((near) => Number.parseInt(near, 36));
  const end = Number.parseInt(xmax, 36);
  return names.every((name, index) => name < end && (index === 0 || name > (names[index - 1] ?? 0)));
}
