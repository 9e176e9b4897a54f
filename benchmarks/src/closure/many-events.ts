import { setTimeout as pause } from 'node:timers/promises';
import { type Contestant, startService } from '../programs.ts';
import { median } from '../statistics.ts';
import type { Row } from '../table.ts';
import { type Bench, NO_BROKER } from './bench.ts';
import { seedEndedEvents, settle } from './seed.ts';

const EVENTS = 1_000;
const PEOPLE = 20;
const ROUNDS = 3;
const NOT_YET = '2100-01-01';
const EVERY_SECOND = { CLOSURE_SCHEDULE: '* * * * * *' };

/** A thousand small events that become due in the same instant, for one closure-service and for two of them. */
export async function benchmarkManyEvents(bench: Bench): Promise<Row[]> {
  const { stand } = bench;
  const environment = { ...NO_BROKER, ...EVERY_SECOND };
  const first = await startService(stand, 'closure', environment);
  const second = await startService(stand, 'closure', environment);
  const rates = { one: [] as number[], two: [] as number[] };
  await closeAll(bench);
  for (let round = 1; round <= ROUNDS; round += 1) {
    const turns = round % 2 === 0 ? (['one', 'two'] as const) : (['two', 'one'] as const);
    for (const who of turns) {
      const rate = who === 'two' ? await closeAll(bench) : await alone(second, () => closeAll(bench));
      rates[who].push(rate);
      stand.say(
        `many events, round ${round} of ${ROUNDS}: ${who} closed ${Math.round(rate)} events a second`,
      );
    }
  }
  await Promise.all([first.unit.stop(), second.unit.stop()]);
  return [
    {
      what: '1,000 small events due at once: two services; beside one',
      unit: 'events/s',
      floor: median(rates.one),
      measured: median(rates.two),
      target: { atLeast: 1.6 },
    },
  ];
}

/** The other service sleeps meanwhile. */
async function alone<T>({ unit }: Contestant, work: () => Promise<T>): Promise<T> {
  process.kill(unit.pid, 'SIGSTOP');
  try {
    return await work();
  } finally {
    process.kill(unit.pid, 'SIGCONT');
  }
}

/** Events closed in a second, by the database's clock: from the first run's begin to the last run's end. */
async function closeAll({ db, organizationId }: Bench): Promise<number> {
  const eventIds = await seedEndedEvents(db, organizationId, {
    events: EVENTS,
    people: PEOPLE,
    endsAt: NOT_YET,
  });
  await settle(db);
  await db.query(
    `update attendance.events set ends_at = '2026-05-03 18:00+02' where event_id = any ($1::uuid[])`,
    [eventIds],
  );
  for (;;) {
    const [runs] = await db.query<{ ended: number; failed: number; seconds: number }>(
      `select count(*) filter (where status = 'succeeded') as ended, count(*) filter (where status = 'failed') as failed,
         extract(epoch from max(finished_at) - min(started_at))::float as seconds
       from attendance.closure_runs where event_id = any ($1::uuid[])`,
      [eventIds],
    );
    if (runs === undefined || runs.failed > 0) throw new Error(`${runs?.failed} of the small events failed`);
    if (runs.ended === EVENTS) {
      await requireAllJudged(db, eventIds);
      return EVENTS / runs.seconds;
    }
    await pause(100);
  }
}

async function requireAllJudged(db: Bench['db'], eventIds: readonly string[]): Promise<void> {
  const [left] = await db.query<{ judged: number }>(
    `select count(*) filter (where not undecided and verdict_by = 'rule') as judged
     from attendance.enrollments where event_id = any ($1::uuid[])`,
    [eventIds],
  );
  if (left?.judged !== EVENTS * PEOPLE) throw new Error('somebody in a small event has no verdict');
}
