/**
 * What a service depends on, as it stands: for probes, which ask whether it can do its main function, and for people, who
 * want to know what is degraded and since when.
 *
 * Each is looked at every few seconds, so that `since` is right when somebody asks, and again when they ask. Nothing of it
 * is on the way of a request.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { SECOND } from './durations.ts';
import type { Readiness } from './http/health.ts';
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
  standings(): Promise<Standing[]>;
}

const LOOK_EVERY_MS = 5 * SECOND;
/** An answer is owed within two seconds, also of who is asked about what hangs. */
const WAIT_MS = 1_700;

/** Begins to watch them; disposing ends that. */
export function watchDependencies(dependencies: readonly Dependency[]): Dependencies {
  const watched = dependencies.map(watch);
  const timer = setInterval(() => {
    for (const each of watched) void each.look();
  }, LOOK_EVERY_MS);
  timer.unref();
  for (const each of watched) void each.look();

  async function standings(): Promise<Standing[]> {
    await Promise.all(watched.filter(({ isCostly }) => !isCostly).map((each) => each.look()));
    return watched.map((each) => each.standing());
  }
  return {
    standings,
    async readiness() {
      const found = await standings();
      const missing = dependencies.filter(
        ({ required }, index) => required === true && found[index]?.state !== 'ok',
      );
      return {
        ready: missing.length === 0,
        checks: Object.fromEntries(found.map(({ name, state }) => [name, state])),
      };
    },
    [Symbol.dispose]: () => clearInterval(timer),
  };
}

function watch({ name, works, without, lookEveryMs }: Dependency) {
  let state: Standing['state'] = 'unknown';
  let since = new Date();
  let lookedAt = Number.NEGATIVE_INFINITY;
  let looking: Promise<void> | undefined;

  function found(next: Standing['state']): void {
    if (next === state) return;
    state = next;
    since = new Date();
  }

  async function lookOnce(): Promise<void> {
    const answer = await Promise.resolve()
      .then(works)
      .catch(() => false);
    found(answer === undefined ? 'unknown' : answer ? 'ok' : 'unavailable');
  }

  return {
    isCostly: lookEveryMs !== undefined,
    standing: (): Standing => ({ name, state, since, degraded: state === 'unavailable' ? without : null }),
    /** Those who ask at once share one look. What has not answered in time does not work. */
    async look(): Promise<void> {
      const now = performance.now();
      if (looking === undefined) {
        if (now - lookedAt < (lookEveryMs ?? 0)) return;
        lookedAt = now;
        looking = lookOnce().finally(() => {
          looking = undefined;
        });
      }
      if (lookEveryMs !== undefined) return;
      const late = sleep(WAIT_MS, 'late', { ref: false });
      if ((await Promise.race([looking, late])) === 'late') found('unavailable');
    },
  };
}

/**
 * The database, by its answers. Those to requests count, so that a pool with no connection to spare is not taken for an
 * outage: all instances would leave the rotation together, when they are needed most.
 */
export function postgres(db: Db, without: string): Dependency {
  const works = async () => {
    const lately = performance.now() - SECOND;
    if (db.answeredAt > lately) return true;
    await db.query('select 1').catch((error: unknown) => {
      if (db.answeredAt <= lately) throw error;
    });
    return true;
  };
  return { name: 'postgres', required: true, works, without };
}

/** The collector of traces, by what became of the last spans; nothing where none are sent. */
export function traceCollector(): Dependency[] {
  if (tracesArrive() === null) return [];
  const works = () => tracesArrive() ?? undefined;
  return [{ name: 'trace_collector', works, without: 'Spans are lost. Nothing else waits for them.' }];
}
