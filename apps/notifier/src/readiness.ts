import type { Readiness } from '@turnout/runtime/http/health';
import type { Queryable } from '@turnout/runtime/postgres';

/**
 * The notifier's function is to take events and owe people a message, so it needs the broker and the database. A mail
 * server that is away makes messages wait, and nothing else.
 */
export async function readiness({
  db,
  consumer,
}: {
  db: Queryable;
  consumer: { connected: boolean };
}): Promise<Readiness> {
  const postgres = await db.query('select 1').then(
    () => 'ok',
    () => 'unavailable',
  );
  const rabbitmq = consumer.connected ? 'ok' : 'unavailable';
  return { ready: postgres === 'ok' && rabbitmq === 'ok', checks: { postgres, rabbitmq } };
}
