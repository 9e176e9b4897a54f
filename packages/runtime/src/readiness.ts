import type { Readiness } from './http/health.ts';
import type { Queryable } from './postgres.ts';

/**
 * The readiness of a service whose function needs PostgreSQL and nothing else. RabbitMQ is looked at and does not decide:
 * what is to be published waits in the outbox.
 */
export function readyWithPostgres(
  db: Queryable,
  publisher: { connected: boolean },
): () => Promise<Readiness> {
  return async () => {
    const postgres = await db.query('select 1').then(
      () => 'ok',
      () => 'unavailable',
    );
    return {
      ready: postgres === 'ok',
      checks: { postgres, rabbitmq: publisher.connected ? 'ok' : 'unavailable' },
    };
  };
}
