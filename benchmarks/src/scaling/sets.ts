import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { newId } from '@turnout/runtime/ids';
import { openDb } from '@turnout/runtime/postgres';
import { seedEvent, seedOrganization } from '../checkin/seed.ts';
import { putLoad } from '../load.ts';
import { startService } from '../programs.ts';
import { openStand } from '../stand.ts';
import { median } from '../statistics.ts';

const SIZES = [1, 10, 30, 100];
const WARM_UP = 40;
const COUNTED = 60;

/** The statement that takes the event's lock in the outbox. It is kept until the commit has ended. */
const TAKES_LOCK = 'outbox-insert-messages';

/**
 * One transaction of check-ins, in milliseconds of PostgreSQL: until it has the event's lock, and while it holds it.
 */
interface Spent {
  before: number;
  holds: number;
}

/**
 * What a set of scans costs PostgreSQL, by its size, and for how long it holds its event's lock: by the durations that
 * PostgreSQL itself logs for each statement of checkin-service. One set at a time, so that nothing waits for a lock.
 */
export async function measureSets(): Promise<void> {
  await using stand = await openStand();
  const databaseUrl = stand.databaseUrl;
  await using db = openDb({ url: databaseUrl, max: 1, applicationName: 'bench', queryTimeoutMs: 60_000 });
  const { organizationId, token } = await seedOrganization(db);
  await db.query('alter role turnout_checkin set log_min_duration_statement = 0');
  const { url } = await startService(stand, 'checkin');
  const log = () => readFileSync(join(stand.logDir, 'postgres.log'), 'utf8');

  console.log('\nOne transaction of check-ins, medians\n');
  for (const size of SIZES) {
    const sets = WARM_UP + COUNTED;
    const { eventId, codes } = await seedEvent(db, organizationId, size * sets);
    const bodies = Array.from({ length: sets }, (_, set) => ({
      scans: codes.slice(set * size, (set + 1) * size).map((accessCode) => ({ scanId: newId(), accessCode })),
    }));
    await db.query('checkpoint');
    const seen = log().length;
    const path = `/v1/events/${eventId}/check-ins/batch`;
    await putLoad({ url, path, token, connections: 1, bodies });
    const spent = transactionsOf(log().slice(seen)).slice(-COUNTED);
    if (spent.length < COUNTED) throw new Error(`PostgreSQL logged ${spent.length} transactions`);
    const of = (part: keyof Spent) => median(spent.map((each) => each[part])).toFixed(2);
    console.log(`  ${size} scans: ${of('before')} ms until it has the lock, ${of('holds')} ms with it`);
  }
}

/** The transactions in PostgreSQL's log that took the lock, in the order of their ends. */
export function transactionsOf(log: string): Spent[] {
  const found: Spent[] = [];
  const open = new Map<string, Spent & { locked: boolean }>();
  const line = /\[(\d+)\] LOG: {2}duration: ([\d.]+) ms {2}(parse|bind|execute) ([\w-]+)/g;
  for (const [, pid = '', ms = '0', step, name = ''] of log.matchAll(line)) {
    if (name === 'begin') open.set(pid, { before: 0, holds: 0, locked: false });
    const transaction = open.get(pid);
    if (!transaction) continue;
    if (name === TAKES_LOCK && step === 'execute') transaction.locked = true;
    transaction[transaction.locked ? 'holds' : 'before'] += Number(ms);
    if (name !== 'commit' || step !== 'execute') continue;
    if (transaction.locked) found.push({ before: transaction.before, holds: transaction.holds });
    open.delete(pid);
  }
  return found;
}
