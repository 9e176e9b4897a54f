import type { Statement, Tx } from '@turnout/runtime/postgres';
import { currentTraceHeaders } from '@turnout/runtime/trace-context';

export interface OutboxMessage {
  /** A UUID: the AMQP messageId, the same on every redelivery. */
  id: string;
  /** A UUID. Messages of one key are published in the order of their commits. */
  partitionKey: string;
  routingKey: string;
  contentType: string;
  body: string;
  /** AMQP headers. Default: `traceparent` and `tracestate` of the active trace, if there is one. */
  headers?: Record<string, string>;
}

/**
 * Puts messages in the outbox, so that they are published if and only if `tx` commits.
 *
 * Must be the last statement of the transaction, and goes out together with the commit. It takes an advisory lock per
 * partition key and keeps it until the commit, which is what makes the sequence within a key the order of commits: a
 * sequence number alone is taken before the commit, and transactions commit in any order. The locks are taken in one
 * order everywhere, and nothing is waited for while they are held, so they cannot deadlock.
 *
 * The transaction fails with a unique violation of `messages_message_id` when an id was enqueued before and is still
 * waiting.
 */
export function enqueue(tx: Tx, messages: readonly OutboxMessage[]): void {
  if (messages.length === 0) return;
  for (const { routingKey } of messages) {
    // The limit of AMQP: such a row could never be published, and would hold up its key for ever.
    if (Buffer.byteLength(routingKey) > 255)
      throw new RangeError(`routing key over 255 bytes: ${routingKey}`);
  }
  const traceHeaders = currentTraceHeaders();
  tx.send(INSERT_MESSAGES, [
    messages.map(({ id }) => id),
    messages.map(({ partitionKey }) => partitionKey),
    messages.map(({ routingKey }) => routingKey),
    messages.map(({ contentType }) => contentType),
    messages.map(({ headers }) => JSON.stringify(headers ?? traceHeaders)),
    messages.map(({ body }) => body),
  ]);
}

// The count of locks is evaluated once, before the first row is made, so each sequence number is taken under its
// lock. Rows get their numbers in the order of the array.
const INSERT_MESSAGES: Statement = {
  name: 'outbox-insert-messages',
  text: `
    with locked as materialized (
      select pg_advisory_xact_lock(hash)
      from (select distinct hashtextextended(key::text, 0) as hash from unnest($2::uuid[]) as key order by hash) hashes
    )
    insert into outbox.messages (message_id, partition, partition_key, routing_key, content_type, headers, body)
    select message_id, abs(hashtextextended(partition_key::text, 0) % 16), partition_key, routing_key, content_type,
           headers::jsonb, body
    from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[])
         with ordinality as message (message_id, partition_key, routing_key, content_type, headers, body, position)
    where (select count(*) from locked) > 0
    order by position`,
};
