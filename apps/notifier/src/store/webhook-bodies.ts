import type { Queryable, Statement, Tx } from '@turnout/runtime/postgres';

const insert: Statement = {
  name: 'insert_webhook_bodies',
  text: `
    insert into notifier.webhook_bodies (message_id, body)
    select * from unnest($1::uuid[], $2::bytea[])`,
};

/** Keeps messages as they were received, once for all endpoints. Sent with the transaction's other statements. */
export function insertWebhookBodies(tx: Tx, bodies: ReadonlyMap<string, Buffer>): void {
  if (bodies.size > 0) tx.send(insert, [[...bodies.keys()], [...bodies.values()]]);
}

const removeOld: Statement = {
  name: 'remove_old_webhook_bodies',
  text: `
    with old as (
      select b.message_id
      from notifier.webhook_bodies b
      where b.created_at < now() - $1 * interval '1 millisecond'
        and not exists (
          select from notifier.deliveries d
          where d.message_id = b.message_id and d.endpoint_id is not null and d.status = 'pending'
        )
      order by b.created_at
      limit $2
    )
    delete from notifier.webhook_bodies b
    using old
    where b.message_id = old.message_id
    returning b.message_id`,
};

/** Forgets at most so many messages older than this that nobody waits for; they can't be sent again after that. */
export async function removeOldBodies(
  db: Queryable,
  { olderThanMs, limit }: { olderThanMs: number; limit: number },
): Promise<number> {
  return (await db.query(removeOld, [olderThanMs, limit])).length;
}
