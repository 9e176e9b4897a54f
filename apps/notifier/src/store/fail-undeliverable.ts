import type { Queryable, Statement } from '@turnout/runtime/postgres';
import { owedEndpoints } from './owed-endpoints.ts';

// The order makes it take the index by which they are found, whatever it knows of the table.
const fail: Statement = {
  name: 'fail_undeliverable_webhooks',
  text: `
    with recursive ${owedEndpoints}, undeliverable as (
      select picked.delivery_id, e.deleted_at is not null as deleted
      from owed
      join notifier.webhook_endpoints e using (endpoint_id)
      cross join lateral (
        select d.delivery_id
        from notifier.deliveries d
        where d.status = 'pending' and d.endpoint_id = e.endpoint_id
        order by d.next_attempt_at
        limit $1
        for update skip locked
      ) picked
      where e.disabled_at is not null or e.deleted_at is not null
      limit $1
    )
    update notifier.deliveries d
    set status = 'failed',
      last_error = case when u.deleted then 'the endpoint was deleted' else 'the endpoint is disabled' end
    from undeliverable u
    where d.delivery_id = u.delivery_id
    returning d.delivery_id`,
};

/**
 * Gives up at most so many deliveries whose endpoint was disabled or deleted since they were made. It looks at what is,
 * so that disabling is quick, however much an endpoint is owed. One that is under way and taken after all will be sent.
 */
export async function failUndeliverable(db: Queryable, limit: number): Promise<number> {
  return (await db.query(fail, [limit])).length;
}
