import { setTimeout as sleep } from 'node:timers/promises';
import { carryTraceIds } from '@turnout/runtime/carry-trace-ids';
import { startSchedule } from '@turnout/runtime/schedule';
import { currentTraceHeaders } from '@turnout/runtime/trace-context';
import { describe, expect, it } from 'vitest';
import { memoryLogger } from './support/application.ts';

const EVERY_SECOND = '* * * * * *';
const NEVER_SOON = '0 0 1 1 *';

/** How often the clock struck while the task of an earlier tick ran. */
const ticksDropped = (lines: Record<string, unknown>[]) =>
  lines.filter(({ msg }) => /overlap/.test(String(msg))).length;

// As the start of every service does.
carryTraceIds();

describe('a schedule', () => {
  it('runs its task at once when asked to, and at its times', async () => {
    let runs = 0;
    const { logger } = memoryLogger();
    await using _schedule = startSchedule({
      cron: EVERY_SECOND,
      runAtStart: true,
      logger,
      task: async () => {
        runs += 1;
      },
    });
    await expect.poll(() => runs).toBeGreaterThanOrEqual(3);
  });

  it('waits for its first time when not asked to run at once', async () => {
    let runs = 0;
    const { logger } = memoryLogger();
    const schedule = startSchedule({
      cron: NEVER_SOON,
      runAtStart: false,
      logger,
      task: async () => {
        runs += 1;
      },
    });
    await schedule[Symbol.asyncDispose]();
    expect(runs).toBe(0);
  });

  it('runs its task once more ahead of its next time when the task asks for it, and not after it stopped', async () => {
    let runs = 0;
    const { logger } = memoryLogger();
    const schedule = startSchedule({
      cron: NEVER_SOON,
      runAtStart: true,
      logger,
      task: async () => {
        runs += 1;
        return { againAfterMs: runs < 3 ? 10 : 60_000 };
      },
    });
    await expect.poll(() => runs).toBe(3);
    await schedule[Symbol.asyncDispose]();
    expect(runs).toBe(3);
  });

  it('tells an early run from one of its times, and makes up for a time that came during an early one', async () => {
    const runs: string[] = [];
    const { logger, lines } = memoryLogger();
    const release = Promise.withResolvers<void>();
    await using _schedule = startSchedule({
      cron: EVERY_SECOND,
      runAtStart: true,
      logger,
      task: async ({ early }) => {
        runs.push(early ? 'early' : 'in time');
        if (early) await release.promise;
        return { againAfterMs: early ? 60_000 : 0 };
      },
    });
    await expect.poll(() => runs).toContain('early');
    const seen = runs.length;
    await expect.poll(() => ticksDropped(lines)).toBeGreaterThan(0); // the one before it waits
    release.resolve();
    await sleep(50); // no tick is needed for what is made up: it is due before this timer, however busy the machine
    expect(runs[seen]).toBe('in time');
  });

  it('never runs twice at once, and waits for the running task when it stops', async () => {
    let [running, most, finished] = [0, 0, 0];
    const { logger, lines } = memoryLogger();
    const release = Promise.withResolvers<void>();
    const schedule = startSchedule({
      cron: EVERY_SECOND,
      runAtStart: true,
      logger,
      task: async () => {
        running += 1;
        most = Math.max(most, running);
        await release.promise;
        running -= 1;
        finished += 1;
      },
    });
    await expect.poll(() => ticksDropped(lines)).toBeGreaterThan(0);
    const stopped = schedule[Symbol.asyncDispose]();
    release.resolve();
    await stopped;
    expect([most, running, finished]).toEqual([1, 0, 1]);
  });

  it('goes on after a task that failed, and logs it in the trace of that tick', async () => {
    const traces: (string | undefined)[] = [];
    let runs = 0;
    const { logger, lines } = memoryLogger();
    await using _schedule = startSchedule({
      name: 'due events',
      cron: EVERY_SECOND,
      runAtStart: true,
      logger,
      task: async () => {
        runs += 1;
        traces.push(currentTraceHeaders().traceparent?.split('-')[1]);
        throw new Error('no luck');
      },
    });
    await expect.poll(() => runs).toBeGreaterThanOrEqual(2);
    expect(lines[0]).toMatchObject({
      schedule: 'due events',
      err: { message: 'no luck' },
      trace_id: traces[0],
    });
    expect(traces[1]).not.toBe(traces[0]);
  });

  it('refuses an expression that is none', () => {
    const { logger } = memoryLogger();
    const start = () => startSchedule({ cron: 'every day', runAtStart: false, logger, task: async () => {} });
    expect(start).toThrow('"every day" is not a cron expression');
  });
});
