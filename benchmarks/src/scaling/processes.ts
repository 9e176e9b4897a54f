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
const PEOPLE = 4_800;

/** One to three checkin-services on one PostgreSQL, in turns: the same connections and scans, spread over the processes. */
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

  const rates = new Map(COUNTS.map((count): [number, number[]] => [count, []]));
  for (let round = 0; round <= ROUNDS; round += 1) {
    stand.say(round === 0 ? 'warming up with a round that does not count' : `round ${round} of ${ROUNDS}`);
    for (const count of round % 2 === 0 ? COUNTS : COUNTS.toReversed()) {
      const { eventId, codes } = await seedEvent(db, organizationId, PEOPLE);
      await db.query('checkpoint');
      const seconds = await Promise.all(
        services.slice(0, count).map(async ({ url }, index) => {
          const own = codes.filter((_, position) => position % count === index);
          const bodies = own.map((accessCode) => ({ scanId: newId(), accessCode, station: 'Door A' }));
          const path = `/v1/events/${eventId}/check-ins`;
          const { rate } = await putLoad({ url, path, token, connections: CONNECTIONS / count, bodies });
          return own.length / rate;
        }),
      );
      if (round > 0) rates.get(count)?.push(PEOPLE / Math.max(...seconds));
    }
  }
  const rateOf = (count: number) => median(rates.get(count) ?? []);
  return COUNTS.slice(1).map((count) => ({
    what: `${count} checkin-services on one PostgreSQL; one`,
    unit: '/s',
    floor: rateOf(1),
    measured: rateOf(count),
    target: { atLeast: 0.8 },
  }));
}
