import { request } from 'node:http';
import { type Bench, NO_BROKER, openBench } from '../closure/bench.ts';
import { seedEndedEvents, settle } from '../closure/seed.ts';
import { watchMemory } from '../memory.ts';
import { type Contestant, startService } from '../programs.ts';
import { openStand } from '../stand.ts';
import { printTable, type Row } from '../table.ts';

const SMALLER = 100_000;
const LARGER = 1_000_000;

/** `--only` takes these: a report of a million people in one format, beside that of 100,000. */
export const parts = { json: null, csv: null, xlsx: null };

/**
 * `npm run bench -- report`: the attendance report of an event with a million people, as admin-service sends it to a
 * client that reads as fast as it can; the time and the memory, beside those of 100,000 people.
 *
 * @returns whether every target was met, to within ten per cent
 */
export async function benchmarkReport(only: readonly string[]): Promise<boolean> {
  await using stand = await openStand();
  await using bench = await openBench(stand);
  const seed = async (people: number) => {
    stand.say(`enrolling ${people.toLocaleString('en-US')} people`);
    const [eventId = ''] = await seedEndedEvents(bench.db, bench.organizationId, { events: 1, people });
    return eventId;
  };
  const smaller = await seed(SMALLER);
  const larger = await seed(LARGER);
  await settle(bench.db);
  const rows: Row[] = [];
  for (const format of Object.keys(parts)) {
    if (only.length === 0 || only.includes(format))
      rows.push(...(await compare(bench, format, smaller, larger)));
  }
  return printTable('reports of admin-service', rows);
}

/** Each format by a process of its own, so that none inherits the memory of another. */
async function compare(bench: Bench, format: string, smaller: string, larger: string): Promise<Row[]> {
  const { stand } = bench;
  const admin = await startService(stand, 'admin', NO_BROKER);
  using memory = watchMemory(admin.unit.pid);
  const measure = async (eventId: string, people: number) => {
    memory.mark();
    const began = performance.now();
    const bytes = await download(admin, `/v1/events/${eventId}/report?format=${format}`, bench.tokens.admin);
    const seconds = (performance.now() - began) / 1000;
    const [megabytes, rate] = [memory.peak(), people / seconds];
    stand.say(
      `${format}: ${people.toLocaleString('en-US')} in ${seconds.toFixed(1)} s, ${Math.round(bytes / 1e6)} MB; ${Math.round(megabytes)} MB of memory`,
    );
    return { megabytes, rate };
  };
  await measure(smaller, SMALLER);
  const few = await measure(smaller, SMALLER);
  const many = await measure(larger, LARGER);
  await admin.unit.stop();
  return [
    {
      what: `${format}: rows of 1,000,000; of 100,000`,
      unit: '/s',
      floor: few.rate,
      measured: many.rate,
      target: { atLeast: 0.9 },
    },
    {
      what: `${format}: memory for 1,000,000; for 100,000 and 100 MB`,
      unit: 'MB',
      floor: few.megabytes + 100,
      measured: many.megabytes,
      target: { atMost: 1 },
    },
  ];
}

/** Reads an answer to its end and keeps nothing of it. @throws Error unless it is good and whole */
async function download({ url }: Contestant, path: string, token: string): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const asking = request(`${url}${path}`, { headers: { authorization: `Bearer ${token}` } }, (answer) => {
    let bytes = 0;
    answer.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
    });
    answer.on('error', reject);
    answer.on('end', () => {
      if (answer.statusCode === 200) resolve(bytes);
      else reject(new Error(`${path} was answered with ${answer.statusCode}`));
    });
  });
  asking.on('error', reject);
  asking.end();
  return await promise;
}
