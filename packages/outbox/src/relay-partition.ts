import { failpoint } from '@turnout/runtime/failpoint';
import type { Db, Tx } from '@turnout/runtime/postgres';
import type { Publisher } from '@turnout/runtime/rabbitmq';
import { measureBatch, measureConfirms } from './metrics.ts';
import { type OrderedOutcome, publishInOrder } from './publish-in-order.ts';

export interface PartitionOptions {
  db: Db;
  publisher: Publisher;
  exchange: string;
  batchSize: number;
  publishTimeoutMs: number;
  /** Returns as unroutable after which a message is given up. */
  maxAttempts: number;
}

export interface PartitionResult {
  /** Another relay holds this partition. */
  contended: boolean;
  published: number;
  returned: number;
  nacked: number;
  unknown: number;
  dead: number;
  /** Keys whose first message was refused, and how often by now. Nothing of them moves until it does. */
  refused: { partitionKey: string; attempts: number }[];
}

interface Row {
  sequence: number;
  messageId: string;
  partitionKey: string;
  routingKey: string;
  contentType: string;
  headers: Record<string, string>;
  body: string;
  attempts: number;
  /** Seconds since it was enqueued. */
  age: number;
}

/**
 * Publishes one batch of one partition in one transaction: lock, read, publish, write down what the broker said.
 * `heldKeys` are left out; `routable` is what earlier batches learned, see publishInOrder.
 */
export async function relayPartition(
  options: PartitionOptions,
  partition: number,
  heldKeys: readonly string[],
  routable: Set<string>,
): Promise<PartitionResult> {
  const { db, publisher, exchange, batchSize, publishTimeoutMs, maxAttempts } = options;
  return await db.transaction(async (tx) => {
    // Two statements, sent together: a single one would read as of before the lock, and find rows that its last holder
    // published.
    const [[lock], rows] = await Promise.all([
      tx.query<{ held: boolean }>(TRY_LOCK, [LOCK_CLASS, partition]),
      tx.query<Row>(READ_BATCH, [partition, heldKeys, batchSize]),
    ]);
    if (lock?.held !== true) return summary([], [], true);

    const publishedAt = performance.now();
    const deadline = publishedAt + publishTimeoutMs;
    const outcomes = await publishInOrder(rows, routable, (wave) => {
      const messages = wave.map((row) => ({ ...row, id: row.messageId, exchange }));
      return publisher.publishAll(messages, Math.max(1, Math.ceil(deadline - performance.now())));
    });
    if (rows.length > 0) {
      measureConfirms(publishedAt);
      failpoint('relay.published');
    }

    const of = (outcome: OrderedOutcome) => rows.filter((_, index) => outcomes[index] === outcome);
    if (rows.length > 0) {
      const ages = of('confirmed').map(({ age }) => age);
      measureBatch(rows.length, ages, performance.now() - publishedAt);
    }
    recordPublished(tx, partition, of('confirmed'));
    recordRefused(tx, partition, of('nacked'), 0, 'refused by the broker (nack)');
    recordRefused(tx, partition, of('returned'), 1, 'returned as unroutable');
    const dead = buryDead(tx, partition, of('returned'), maxAttempts);
    return { ...summary(rows, outcomes, false), dead };
  });
}

function summary(rows: Row[], outcomes: OrderedOutcome[], contended: boolean): PartitionResult {
  const count = (outcome: OrderedOutcome) => outcomes.filter((one) => one === outcome).length;
  const refused = new Map<string, number>();
  for (const [index, { partitionKey, attempts }] of rows.entries()) {
    const outcome = outcomes[index];
    if (refused.has(partitionKey)) continue;
    if (outcome === 'returned') refused.set(partitionKey, attempts + 1);
    if (outcome === 'nacked') refused.set(partitionKey, 1);
  }
  return {
    contended,
    published: count('confirmed'),
    returned: count('returned'),
    nacked: count('nacked'),
    unknown: count('unknown'),
    dead: 0,
    refused: [...refused].map(([partitionKey, attempts]) => ({ partitionKey, attempts })),
  };
}

const sequences = (rows: Row[]) => rows.map(({ sequence }) => sequence);

function recordPublished(tx: Tx, partition: number, rows: Row[]): void {
  if (rows.length === 0) return;
  tx.send(DELETE_PUBLISHED, [partition, sequences(rows), rows.map(({ messageId }) => messageId)]);
}

function recordRefused(tx: Tx, partition: number, rows: Row[], attempts: 0 | 1, error: string): void {
  if (rows.length === 0) return;
  tx.send(RECORD_REFUSED, [partition, sequences(rows), attempts, error]);
}

function buryDead(tx: Tx, partition: number, rows: Row[], maxAttempts: number): number {
  const over = rows.filter(({ attempts }) => attempts + 1 >= maxAttempts);
  if (over.length === 0) return 0;
  const reason = `returned as unroutable ${maxAttempts} times`;
  tx.send(BURY_DEAD, [partition, sequences(over), reason]);
  return over.length;
}

/** The first of the two keys of the advisory lock; the second is the partition. */
const LOCK_CLASS = 0x7075_6f78;

const TRY_LOCK = 'select pg_try_advisory_xact_lock($1, $2) as held';

// Not prepared, like all of these: a plan made while the table was empty would read all of a backlog for each batch.
const READ_BATCH = `
  select sequence, message_id as "messageId", partition_key as "partitionKey", routing_key as "routingKey",
         content_type as "contentType", headers, body, attempts,
         extract(epoch from clock_timestamp() - created_at)::float as age
  from outbox.messages
  where partition = $1 and partition_key <> all ($2::uuid[])
  order by sequence
  limit $3`;

const DELETE_PUBLISHED = `
  with gone as (delete from outbox.messages where partition = $1 and sequence = any ($2::bigint[]))
  insert into outbox.published (partition, message_ids) values ($1, $3::uuid[])`;

const RECORD_REFUSED = `
  update outbox.messages set attempts = attempts + $3, last_error = $4
  where partition = $1 and sequence = any ($2::bigint[])`;

const BURY_DEAD = `
  with gone as (
    delete from outbox.messages where partition = $1 and sequence = any ($2::bigint[]) returning *
  )
  insert into outbox.dead (sequence, message_id, partition, partition_key, routing_key, content_type, headers, body,
                           attempts, last_error, created_at, reason)
  select sequence, message_id, partition, partition_key, routing_key, content_type, headers, body,
         attempts, last_error, created_at, $3
  from gone`;
