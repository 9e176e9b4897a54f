/**
 * What a door's load does to more processes and processors than a developer's machine has. Simulated: scans come at
 * random, each takes a turn in one of the processes and then in one of PostgreSQL's processors, first come, first
 * served. How long a turn takes is drawn around the processor time that benchmarks/README.md gives for a scan.
 *
 * Nothing else is in it: no network, no disk, no locks, no checkpoints, no other work in the database. So it can say
 * that something is too little, and never that it is enough.
 */
import { quantile } from '../statistics.ts';

/** Measured, at 128 connections: processor time of checkin-service and of PostgreSQL for one scan. */
const PROCESS_MS = 0.183;
const DATABASE_MS = 0.14;

/** A hundred events of 5,000 people that open at once: 65 % come within half an hour. */
const SCANS_A_SECOND = (100 * 5_000 * 0.65) / 1_800;

const SCANS = 200_000;

interface Machines {
  processes: number;
  databaseProcessors: number;
}

interface Simulated {
  /** Part of the time that a process, and a processor of PostgreSQL, is busy; above 1 it never catches up. */
  processBusy: number;
  databaseBusy: number;
  p50: number;
  p99: number;
}

const CASES: readonly (Machines & { times: number })[] = [
  { times: 1, processes: 1, databaseProcessors: 1 },
  { times: 10, processes: 1, databaseProcessors: 1 },
  { times: 10, processes: 2, databaseProcessors: 2 },
  { times: 100, processes: 4, databaseProcessors: 2 },
  { times: 100, processes: 4, databaseProcessors: 4 },
  { times: 100, processes: 6, databaseProcessors: 4 },
];

export function printSimulation(): void {
  console.log('\nSimulated, not measured: scans a second, and how long one takes\n');
  for (const { times, ...machines } of CASES) {
    const rate = SCANS_A_SECOND * times;
    const { processBusy, databaseBusy, p50, p99 } = simulate(rate, machines);
    const busy = `processes ${percent(processBusy)}, PostgreSQL ${percent(databaseBusy)}`;
    const answered =
      Math.max(processBusy, databaseBusy) >= 1
        ? 'falls behind'
        : `p50 ${p50.toFixed(2)} ms, p99 ${p99.toFixed(2)} ms`;
    const { processes, databaseProcessors } = machines;
    console.log(
      `  ${String(times).padStart(3)} × (${rate.toFixed(0)}/s), ${processes} + ${databaseProcessors} processors: ${busy}: ${answered}`,
    );
  }
}

/** Runs so many scans through it; the same each time. */
export function simulate(scansASecond: number, { processes, databaseProcessors }: Machines): Simulated {
  const random = randomOf(1);
  const draw = (mean: number) => -mean * Math.log(1 - random());
  const free = {
    processes: Array<number>(processes).fill(0),
    database: Array<number>(databaseProcessors).fill(0),
  };
  let now = 0;
  const afterProcess = Array.from({ length: SCANS }, () => {
    now += draw(1_000 / scansASecond);
    const chosen = Math.floor(random() * processes); // as a balancer that knows nothing of them
    const end = Math.max(now, free.processes[chosen] ?? 0) + draw(PROCESS_MS);
    free.processes[chosen] = end;
    return { came: now, end };
  });
  const took = afterProcess
    .toSorted((one, other) => one.end - other.end)
    .map(({ came, end }) => {
      const first = free.database.indexOf(Math.min(...free.database));
      const done = Math.max(end, free.database[first] ?? 0) + draw(DATABASE_MS);
      free.database[first] = done;
      return done - came;
    });
  return {
    processBusy: (scansASecond * PROCESS_MS) / 1_000 / processes,
    databaseBusy: (scansASecond * DATABASE_MS) / 1_000 / databaseProcessors,
    p50: quantile(took, 0.5),
    p99: quantile(took, 0.99),
  };
}

/** Numbers from 0 to 1 that follow from the seed (mulberry32). */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const percent = (part: number) => `${(part * 100).toFixed(0)} % busy`;
