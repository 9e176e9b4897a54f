/**
 * What a service depends on, as it stands: for probes, which ask whether it can do its main function, and for people,
 * who want to know what is degraded and since when.
 *
 * Each is looked at every few seconds, so that `since` is right when somebody asks, and again when they ask. Nothing of
 * it is on the way of a request. A line is logged when one goes and when it is back, so that requests which fail for it
 * need not say so each.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { SECOND } from './durations.ts';
import type { Readiness } from './http/health.ts';
import type { Logger } from './logger.ts';
import { showGauges } from './metrics.ts';
import type { Db } from './postgres.ts';
import { tracesArrive } from './trace-export.ts';

export interface Dependency {
  name: string;
  /** Whether it does its part right now; undefined when nobody has tried yet. A throw means no. */
  works: () => boolean | undefined | Promise<boolean | undefined>;
  /** What is degraded without it, in a sentence for operators. */
  without: string;
  /** Without it the service can't do its main function, and is not ready. */
  required?: boolean;
  /** Where looking costs something: no more often than this, and nobody who asks waits for it. */
  lookEveryMs?: number;
}

export interface Standing {
  name: string;
  state: 'ok' | 'unavailable' | 'unknown';
  /** When it was first seen in this state. */
  since: Date;
  /** What does not work meanwhile; null while it is not known to be away. */
  degraded: string | null;
}

export interface Dependencies extends Disposable {
  /** Whether the service can do its main function, and what was found. */
  readiness(): Promise<Readiness>;
  /** The same for people, within a second: of what has not answered by then, what is known. */
  report(): Promise<{ ready: boolean; standings: Standing[] }>;
}

const LOOK_EVERY_MS = 5 * SECOND;
/** An answer is owed within two seconds, also of who is asked about what hangs. */
const WAIT_MS = 1_700;
/** People who ask have to be let in first, which waits for the same. */
const REPORT_WAIT_MS = SECOND;
/** What is known to be away is given no more time to be back. */
const KNOWN_WAIT_MS = 500;

/** Begins to watch them, and to show them as `turnout_dependency_up`; disposing ends that. */
export function watchDependencies(dependencies: readonly Dependency[], logger: Logger): Dependencies {
  const watched = dependencies.map((dependency) => watch(dependency, logger));
  const timer = setInterval(() => {
    for (const each of watched) void each.look();
  }, LOOK_EVERY_MS);
  timer.unref();
  for (const each of watched) void each.look();

  const gauge = showGauges(
    { turnout_dependency_up: 'whether what this process depends on does its part: 1 or 0' },
    async () => ({
      turnout_dependency_up: watched
        .map((each) => each.standing())
        .filter(({ state }) => state !== 'unknown')
        .map(({ name, state }) => ({ value: state === 'ok' ? 1 : 0, labels: { dependency: name } })),
    }),
  );

  async function look(waitMs: number) {
    await Promise.all(watched.filter(({ isCostly }) => !isCostly).map((each) => each.look(waitMs)));
    const standings = watched.map((each) => each.standing());
    const ready = dependencies.every(
      ({ required }, index) => required !== true || standings[index]?.state === 'ok',
    );
    return { ready, standings };
  }
  return {
    report: () => look(REPORT_WAIT_MS),
    async readiness() {
      const { ready, standings } = await look(WAIT_MS);
      return { ready, checks: Object.fromEntries(standings.map(({ name, state }) => [name, state])) };
    },
    [Symbol.dispose]: () => {
      clearInterval(timer);
      gauge[Symbol.dispose]();
    },
  };
}

function watch({ name, works, without, lookEveryMs }: Dependency, logger: Logger) {
  let state: Standing['state'] = 'unknown';
  let since = new Date();
  let lookedAt = Number.NEGATIVE_INFINITY;
  let looking: Promise<void> | undefined;
  const startedAt = performance.now();
  let worked = false;
  let told = false;

  function found(next: Standing['state'], error?: unknown): void {
    const before = { state, since };
    if (next !== state) {
      state = next;
      since = new Date();
    }
    // What is being connected to is not away yet.
    worked ||= next === 'ok';
    const isStarting = !worked && performance.now() - startedAt < LOOK_EVERY_MS;
    if (next === 'unavailable' && !told && !isStarting) {
      told = true;
      logger.warn(
        { dependency: name, degraded: without, ...(error === undefined ? {} : { err: error }) },
        'a dependency is unavailable',
      );
    } else if (next === 'ok' && told) {
      told = false;
      const seconds = Math.round((since.getTime() - before.since.getTime()) / SECOND);
      logger.info({ dependency: name, seconds }, 'a dependency is back');
    }
  }

  async function lookOnce(): Promise<void> {
    try {
      const answer = await works();
      found(answer === undefined ? 'unknown' : answer ? 'ok' : 'unavailable');
    } catch (error) {
      found('unavailable', error);
    }
  }

  return {
    isCostly: lookEveryMs !== undefined,
    standing: (): Standing => ({ name, state, since, degraded: state === 'unavailable' ? without : null }),
    /**
     * Those who ask at once share one look. What has not answered in time does not work; who can wait for less sees
     * what is known.
     */
    async look(waitMs = WAIT_MS): Promise<void> {
      const now = performance.now();
      if (looking === undefined) {
        if (now - lookedAt < (lookEveryMs ?? 0)) return;
        lookedAt = now;
        looking = lookOnce().finally(() => {
          looking = undefined;
        });
      }
      if (lookEveryMs !== undefined) return;
      const wait = state === 'unavailable' ? Math.min(waitMs, KNOWN_WAIT_MS) : waitMs;
      const late = sleep(wait, 'late', { ref: false });
      if ((await Promise.race([looking, late])) === 'late' && wait === WAIT_MS) found('unavailable');
    },
  };
}

/**
 * The database, by its answers. Those to requests count too when no connection is left to ask with: a full pool is no
 * outage, and all instances would leave the rotation together when they are needed most.
 */
export function postgres(db: Db, without: string): Dependency {
  const works = async () => {
    const askedAt = performance.now();
    await db.query('select 1').catch((error: Error) => {
      const since = error.name === 'TooManyWaiting' ? askedAt - SECOND : askedAt;
      if (db.answeredAt <= since) throw error;
    });
    return true;
  };
  return { name: 'postgres', required: true, works, without };
}

/** The collector of traces, by what became of the last spans; nothing where none are sent. */
export function traceCollector(): Dependency[] {
  if (tracesArrive() === null) return [];
  const works = () => tracesArrive() ?? undefined;
  return [{ name: 'trace_collector', works, without: 'Spans are lost; nothing else is affected.' }];
}
