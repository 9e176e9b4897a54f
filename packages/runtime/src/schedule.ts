import cron from 'node-cron';
import { z } from 'zod';
import type { Logger } from './logger.ts';
import { inSpan } from './trace-context.ts';

/** A variable of the environment that holds a cron expression for {@link startSchedule}. */
export function cronExpression(): z.ZodType<string> {
  return z
    .string()
    .refine(
      (value) => /^\S+( +\S+){4,5}$/.test(value) && cron.validate(value),
      'must be a cron expression of five fields, or six with seconds first',
    );
}

export interface ScheduleOptions {
  /** Names the schedule in logs and traces. */
  name?: string;
  /** A cron expression of five fields, or six with seconds first; in UTC. */
  cron: string;
  runAtStart: boolean;
  /**
   * May ask to be run once more ahead of its next time, after so many milliseconds; that run is told that it is early.
   */
  task: (run: { early: boolean }) => Promise<{ againAfterMs: number } | undefined>;
  logger: Logger;
}

/**
 * Runs `task` at the times of a cron expression, never twice at once in this process: a tick that comes while the task
 * runs is dropped, and one that comes while it runs early is made up for right after. A task that throws is logged, and
 * runs again at its next time.
 * Disposing stops the ticks and waits for the running task. Throws at once when the expression is wrong.
 */
export function startSchedule(options: ScheduleOptions): AsyncDisposable {
  const { name = 'schedule', logger } = options;
  if (!cron.validate(options.cron)) throw new Error(`"${options.cron}" is not a cron expression`);
  let running: Promise<void> | null = null;
  let runningEarly = false;
  let tickWaits = false;
  let again: NodeJS.Timeout | undefined;

  function run({ early }: { early: boolean }): Promise<void> {
    clearTimeout(again);
    runningEarly = early;
    tickWaits = false;
    running = inSpan(name, () => runTask(early), { root: true })
      .then(
        (wish) => {
          if (wish) again = setTimeout(() => void run({ early: true }), wish.againAfterMs);
        },
        () => undefined, // logged, and the span knows it
      )
      .finally(() => {
        running = null;
        if (!tickWaits) return;
        clearTimeout(again);
        again = setTimeout(() => void run({ early: false }), 0);
      });
    return running;
  }

  async function runTask(early: boolean): ReturnType<ScheduleOptions['task']> {
    try {
      return await options.task({ early });
    } catch (error) {
      logger.error({ err: error, schedule: name }, 'scheduled task failed');
      throw error;
    }
  }

  // The start-up run can meet the first tick, which node-cron's own noOverlap doesn't see.
  function tick(): Promise<void> {
    if (!running) return run({ early: false });
    tickWaits = runningEarly;
    return running;
  }

  const schedule = cron.schedule(options.cron, tick, {
    name,
    noOverlap: true,
    timezone: 'UTC',
    logger: cronLogger(logger, name),
  });
  if (options.runAtStart) void tick();
  return {
    async [Symbol.asyncDispose]() {
      await schedule.destroy();
      await running;
      clearTimeout(again);
    },
  };
}

/** What node-cron remarks: a tick was dropped because the task still ran, or missed because the process was blocked. */
function cronLogger(logger: Logger, schedule: string) {
  const say = (level: 'debug' | 'warn') => (message: string | Error) =>
    logger[level]({ schedule }, String(message));
  return { debug: say('debug'), info: say('debug'), warn: say('debug'), error: say('warn') };
}
