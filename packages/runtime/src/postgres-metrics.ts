import { SECOND } from './durations.ts';
import { meter, showGauges } from './metrics.ts';

const wait = meter.createHistogram('postgres_pool_wait_seconds', {
  description: 'how long callers waited for a connection',
});

/** What a pool has and who wants it, as it is now. */
export interface PoolCounts {
  idle: number;
  busy: number;
  waiting: number;
}

const watched = new Map<string, Set<() => PoolCounts>>();

/**
 * Shows a pool until disposed. Pools of one name are one series, and counted together: each of a service's pools has a
 * name of its own.
 */
export function watchPool(name: string, read: () => PoolCounts): Disposable {
  const ofName = watched.get(name);
  const shown = ofName ?? new Set();
  shown.add(read);
  if (ofName === undefined) watched.set(name, shown);
  if (!areShown) showPools();
  areShown = true;
  return {
    [Symbol.dispose]: () => {
      shown.delete(read);
      if (shown.size === 0 && watched.get(name) === shown) watched.delete(name);
    },
  };
}

let areShown = false;

/** One callback for all of them, as long as the process lives. */
function showPools(): void {
  showGauges(
    {
      postgres_pool_connections: 'connections of a pool by what they do',
      postgres_pool_waiting: 'callers that wait for a connection',
    },
    async () => {
      const pools = [...watched].map(([pool, reads]) => ({ pool, ...sum([...reads].map((read) => read())) }));
      return {
        postgres_pool_connections: pools.flatMap(({ pool, idle, busy }) => [
          { value: idle, labels: { pool, state: 'idle' } },
          { value: busy, labels: { pool, state: 'busy' } },
        ]),
        postgres_pool_waiting: pools.map(({ pool, waiting }) => ({ value: waiting, labels: { pool } })),
      };
    },
  );
}

function sum(counts: readonly PoolCounts[]): PoolCounts {
  return counts.reduce((all, { idle, busy, waiting }) => ({
    idle: all.idle + idle,
    busy: all.busy + busy,
    waiting: all.waiting + waiting,
  }));
}

/** Measures how long `connect` took. */
export async function waited<T>(pool: string, connect: () => Promise<T>): Promise<T> {
  const startedAt = performance.now();
  try {
    return await connect();
  } finally {
    wait.record((performance.now() - startedAt) / SECOND, { pool });
  }
}
