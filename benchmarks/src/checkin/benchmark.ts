import { setTimeout as pause } from 'node:timers/promises';
import { newId } from '@turnout/runtime/ids';
import { type Db, openDb } from '@turnout/runtime/postgres';
import { type Measured, putLoad } from '../load.ts';
import { watchMemory } from '../memory.ts';
import { type Contestant, startService } from '../programs.ts';
import { openStand } from '../stand.ts';
import { median } from '../statistics.ts';
import { printTable, type Row } from '../table.ts';
import { startFloor } from './contestants.ts';
import { DEVICES, flushBatches, flushOneByOne, SCANS_OF_A_DEVICE } from './flush.ts';
import { seedEvent, seedOrganization } from './seed.ts';

const ROUNDS = 5;
/** Distinct tickets: so many connections, so many people in the event. */
const LOADS = {
  many: { connections: 128, people: 12_000 },
  some: { connections: 32, people: 8_000 },
  one: { connections: 1, people: 1_000 },
};
const HAMMERS = { connections: 200, scans: 4_000 };

interface Bench {
  db: Db;
  organizationId: string;
  token: string;
  contestants: Record<'floor' | 'checkin', Contestant>;
}

type Run = (bench: Bench, contestant: Contestant) => Promise<Measured>;

/**
 * `npm run bench -- checkin`: checkin-service as it is shipped beside its floor, in turns, over HTTP, on one machine
 * and one database. Each run has an event of its own, and begins with nothing left for a checkpoint to write.
 *
 * @returns whether every target was met, to within ten per cent
 */
export async function benchmarkCheckin(): Promise<boolean> {
  await using stand = await openStand();
  await using db = openDb({
    url: stand.databaseUrl,
    max: 2,
    applicationName: 'bench',
    queryTimeoutMs: 600_000,
  });
  const contestants = { floor: await startFloor(stand), checkin: await startService(stand, 'checkin') };
  const bench: Bench = { db, ...(await seedOrganization(db)), contestants };
  using memory = watchMemory(contestants.checkin.unit.pid);

  // One round for warming up: each kind of load has code of its own to compile, and grows the heap once.
  stand.say('warming up with a round that does not count');
  await runRound(bench, newRuns(), ['floor', 'checkin']);
  memory.mark();

  const runs = newRuns();
  for (let round = 1; round <= ROUNDS; round += 1) {
    stand.say(`round ${round} of ${ROUNDS}`);
    // In turns, and each as often first as second.
    await runRound(bench, runs, round % 2 === 0 ? ['floor', 'checkin'] : ['checkin', 'floor']);
  }

  const rate = (measured: readonly Measured[]) => median(measured.map((one) => one.rate));
  const p50 = (measured: readonly Measured[]) => median(measured.map((one) => one.p50));
  const p99 = (measured: readonly Measured[]) => median(measured.map((one) => one.p99));
  const { first, last } = memory.thirds();
  const rows: Row[] = [
    {
      what: '128 connections, distinct tickets',
      unit: '/s',
      floor: rate(runs.many.floor),
      measured: rate(runs.many.checkin),
      target: { atLeast: 1.5 },
    },
    {
      what: '32 connections, distinct tickets',
      unit: '/s',
      floor: rate(runs.some.floor),
      measured: rate(runs.some.checkin),
      target: { atLeast: 1.2 },
    },
    {
      what: '1 connection, median answer',
      unit: 'ms',
      floor: p50(runs.one.floor),
      measured: p50(runs.one.checkin),
      target: { atMost: 2 },
    },
    {
      what: `${DEVICES} devices upload ${SCANS_OF_A_DEVICE} offline scans each`,
      unit: '/s',
      floor: rate(runs.flush.floor),
      measured: rate(runs.flush.checkin),
      target: { atLeast: 5 },
    },
    {
      what: '200 devices at one ticket, p99; beside distinct tickets',
      unit: 'ms',
      floor: p99(runs.crowds.distinct),
      measured: p99(runs.crowds.hammering),
      target: { atMost: 5 },
    },
    {
      what: 'memory in the last third; beside the first',
      unit: 'MB',
      floor: first,
      measured: last,
      target: { atMost: 1.1 },
    },
  ];
  return printTable(`checkin-service beside its floor, medians of ${ROUNDS} rounds`, rows);
}

type Who = keyof Bench['contestants'];

function newRuns() {
  const of = (): Record<Who, Measured[]> => ({ floor: [], checkin: [] });
  const crowds: { distinct: Measured[]; hammering: Measured[] } = { distinct: [], hammering: [] };
  return { many: of(), some: of(), one: of(), flush: of(), crowds };
}

/** Each load once, `turns` saying who begins. */
async function runRound(bench: Bench, runs: ReturnType<typeof newRuns>, turns: readonly Who[]) {
  await bench.db.query('vacuum analyze');
  for (const load of ['many', 'some', 'one'] as const) {
    for (const who of turns) runs[load][who].push(await measure(bench, who, scanDistinct(LOADS[load])));
  }
  for (const who of turns) {
    runs.flush[who].push(await measure(bench, who, flush(who === 'floor' ? flushOneByOne : flushBatches)));
  }
  const crowd = { connections: HAMMERS.connections, people: HAMMERS.scans };
  runs.crowds.distinct.push(await measure(bench, 'checkin', scanDistinct(crowd)));
  runs.crowds.hammering.push(await measure(bench, 'checkin', hammerOneTicket));
}

/**
 * Runs one of the two while the other rests, with nothing left of the run before: the floor announces nothing, so
 * checkin-service sleeps meanwhile, and what the floor put into the outbox is thrown away.
 */
async function measure(bench: Bench, who: Who, run: Run): Promise<Measured> {
  const { db, contestants } = bench;
  await untilAnnounced(db);
  if (who === 'checkin') return await run(bench, contestants.checkin);
  process.kill(contestants.checkin.unit.pid, 'SIGSTOP');
  try {
    return await run(bench, contestants.floor);
  } finally {
    await db.query('delete from outbox.messages');
    process.kill(contestants.checkin.unit.pid, 'SIGCONT');
  }
}

async function untilAnnounced(db: Db): Promise<void> {
  while ((await db.query('select from outbox.messages limit 1')).length > 0) await pause(50);
  await pause(50); // the relay's transaction ends after its messages are gone
}

function scanDistinct({ connections, people }: { connections: number; people: number }): Run {
  return async ({ db, organizationId, token }, { url }) => {
    const { eventId, codes } = await seedEvent(db, organizationId, people);
    await db.query('checkpoint');
    const bodies = codes.map((accessCode) => ({ scanId: newId(), accessCode, station: 'Door A' }));
    return await putLoad({ url, path: `/v1/events/${eventId}/check-ins`, token, connections, bodies });
  };
}

async function hammerOneTicket({ db, organizationId, token }: Bench, { url }: Contestant): Promise<Measured> {
  const { eventId, codes } = await seedEvent(db, organizationId, 1);
  await db.query('checkpoint');
  const [accessCode] = codes;
  const bodies = Array.from({ length: HAMMERS.scans }, () => ({ scanId: newId(), accessCode }));
  const path = `/v1/events/${eventId}/check-ins`;
  return await putLoad({ url, path, token, connections: HAMMERS.connections, bodies });
}

function flush(upload: typeof flushBatches): Run {
  return async ({ db, organizationId, token }, { url }) => {
    const { eventId, codes } = await seedEvent(db, organizationId, DEVICES * SCANS_OF_A_DEVICE);
    await db.query('checkpoint');
    return await upload({ url, token, eventId, codes });
  };
}
