import type pg from 'pg';
import { SECOND } from './durations.ts';
import { meter, showGauges } from './metrics.ts';

const wait = meter.createHistogram('postgres_pool_wait_seconds', {
  description: 'how long callers waited for a connection',
});

/** Shows a pool until disposed. */
export function watchPool(pool: pg.Pool, name: string): Disposable {
  return showGauges(
    {
      postgres_pool_connections: 'connections of a pool by what they do',
      postgres_pool_waiting: 'callers that wait for a connection',
    },
    async () => ({
      postgres_pool_connections: [
        { value: pool.idleCount, labels: { pool: name, state: 'idle' } },
        { value: pool.totalCount - pool.idleCount, labels: { pool: name, state: 'busy' } },
      ],
      postgres_pool_waiting: { value: pool.waitingCount, labels: { pool: name } },
    }),
  );
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
