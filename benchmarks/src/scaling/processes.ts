import { newId } from '@turnout/runtime/ids';
import { openDb } from '@turnout/runtime/postgres';
import { seedEvent, seedOrganization } from '../checkin/seed.ts';
import { putLoad } from '../load.ts';
import { type Contestant, startService } from '../programs.ts';
import { openStand } from '../stand.ts';
import { median } from '../statistics.ts';
import type { Row } from '../table.ts';

const COUNTS = [1, 2, 3];
const ROUNDS = 3;
const CONNECTIONS = 96;
const PEOPLE = 2_400;

type Spread = 'one event' | 'an event each';

/**
 * One to three checkin-services on one PostgreSQL, in turns: the same connections and scans, spread over the processes;
 * all of one event, which the processes take turns at, and of an event for each process.
 */
export async function benchmarkProcesses(): Promise<Row[]> {
  await using stand = await openStand();
  await using db = openDb({
    url: stand.databaseUrl,
    max: 2,
    applicationName: 'bench',
    queryTimeoutMs: 600_000,
  });
  const { organizationId, token } = await seedOrganization(db);
  const services: Contestant[] = [];
  for (const _ of COUNTS) services.push(await startService(stand, 'checkin'));

  async function measure(count: number, spread: Spread): Promise<{ rate: number; set: number }> {
    const one = spread === 'one event' ? await seedEvent(db, organizationId, PEOPLE) : null;
    const shares = [];
    for (let index = 0; index < count; index += 1) {
      const { eventId, codes } = one ?? (await seedEvent(db, organizationId, PEOPLE / count));
      const own = one ? codes.filter((_, position) => position % count === index) : codes;
      shares.push({ eventId, own });
    }
    await db.query('checkpoint');
    const seconds = await Promise.all(
      shares.map(async ({ eventId, own }, index) => {
        const bodies = own.map((accessCode) => ({ scanId: newId(), accessCode, station: 'Door A' }));
        const path = `/v1/events/${eventId}/check-ins`;
        const { url } = services[index] as Contestant;
        const { rate } = await putLoad({ url, path, token, connections: CONNECTIONS / count, bodies });
        return own.length / rate;
      }),
    );
    // Rows of one transaction have one xmin.
    const [sets] = await db.query<{ count: number }>(
      'select count(distinct xmin::text)::int as count from attendance.check_ins where event_id = any($1)',
      [shares.map(({ eventId }) => eventId)],
    );
    return { rate: PEOPLE / Math.max(...seconds), set: PEOPLE / (sets?.count ?? Number.NaN) };
  }

  const found = new Map<string, { rate: number; set: number }[]>();
  const medianOf = (count: number, spread: Spread, of: 'rate' | 'set') =>
    median((found.get(`${count} ${spread}`) ?? []).map((each) => each[of]));
  for (let round = 0; round <= ROUNDS; round += 1) {
    stand.say(round === 0 ? 'warming up with a round that does not count' : `round ${round} of ${ROUNDS}`);
    for (const spread of ['one event', 'an event each'] as const) {
      for (const count of round % 2 === 0 ? COUNTS : COUNTS.toReversed()) {
        const measured = await measure(count, spread);
        const key = `${count} ${spread}`;
        if (round > 0) found.set(key, [...(found.get(key) ?? []), measured]);
      }
    }
  }
  for (const spread of ['one event', 'an event each'] as const) {
    const sizes = COUNTS.map((count) => medianOf(count, spread, 'set').toFixed(1));
    stand.say(`scans in a transaction, ${spread}, by 1 to ${COUNTS.length} services: ${sizes.join(', ')}`);
  }
  const row = (count: number, spread: Spread, atLeast: number): Row => ({
    what: `${count} checkin-services, ${spread}; one`,
    unit: '/s',
    floor: medianOf(1, spread, 'rate'),
    measured: medianOf(count, spread, 'rate'),
    target: { atLeast },
  });
  return [
    ...COUNTS.slice(1).map((count) => row(count, 'one event', 0.5)),
    ...COUNTS.slice(1).map((count) => row(count, 'an event each', 0.7)),
  ];
}
