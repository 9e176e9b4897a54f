/**
 * The relay: from the outbox to the broker.
 *
 * What it guarantees
 * - A message is published if and only if the transaction that enqueued it committed, because its row is part of
 *   that transaction and the relay reads committed rows only.
 * - At least once. A row goes when the broker has confirmed its message and has not returned it, in the transaction
 *   that read it. Everything else that can happen (an error, a timeout, a lost connection, the end of this process,
 *   a failed commit) leaves the row where it is, to be read and sent again with the same id. Nothing is ever sent
 *   again from memory: an error on publish does not mean that the broker did not get it.
 * - In the order of commits per partition key, with any number of relays. `enqueue` sees to it that the sequence
 *   within a key is the order of commits. Keys are hashed to 16 partitions, and a relay works on a partition under
 *   an advisory lock, so two relays never publish messages of one key side by side. (`for update skip locked`, the
 *   usual way to share a queue, broke the order 1,187 times in 40,000 messages with two relays.)
 * - One bad message holds up its own key only. One that is returned as unroutable is tried again with back-off, the
 *   later ones of its key wait, and after its last attempt it is put aside in outbox.dead and they go on.
 *
 * What it does not
 * - Exactly once. A relay that dies between publish and commit leaves one batch that is sent twice. Consumers keep the
 *   ids they have handled.
 * - A stop between two messages. A relay frozen in the middle of a batch loses its lock after 10 s (PostgreSQL ends
 *   its idle transaction), another one takes over, and what the frozen one had in its socket arrives late. Consumers
 *   compare `sequence` of the envelope.
 *
 * How it finds work: one cheap statement tells which partitions have something, every `pollMs`. That alone is enough.
 * `wake()` after a commit in the same process only makes it sooner. There is no cursor over sequence numbers, because
 * they are taken before the commit: rows that exist are work, and rows that are gone are done.
 *
 * It uses one connection of `db` and the memory of one batch. Working on several partitions at a time was no faster:
 * 20,000 messages a second either way on two cores, with PostgreSQL and the broker on the same machine.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Db } from '@turnout/runtime/postgres';
import type { Publisher } from '@turnout/runtime/rabbitmq';
import { atMost } from '@turnout/runtime/together';
import { HeldKeys } from './held-keys.ts';
import { countRelayed, watchOutbox } from './metrics.ts';
import { type PartitionResult, relayPartition } from './relay-partition.ts';

export interface RelayOptions {
  db: Db;
  publisher: Publisher;
  exchange: string;
  logger: {
    info(facts: object, message: string): void;
    warn(facts: object, message: string): void;
    error(facts: object, message: string): void;
  };
  /** Messages per transaction. Default 500. */
  batchSize?: number;
  /** How often an idle relay looks for messages. Default 250 ms. */
  pollMs?: number;
  /** How long the broker may take to confirm a batch. Default 5 s; must stay below 10 s, see above. */
  publishTimeoutMs?: number;
  /**
   * Returns as unroutable after which a message goes to outbox.dead. Default 10: about two minutes with one relay, less
   * with several, as each keeps its own pauses.
   */
  maxAttempts?: number;
}

export interface Relay extends AsyncDisposable {
  /** A hint that something was committed. Call it after the commit; it does nothing else than to look sooner. */
  wake(): void;
}

/** What one look at the outbox came to. `contended` counts partitions that another relay was working on. */
export interface RelayCounts {
  published: number;
  returned: number;
  nacked: number;
  unknown: number;
  dead: number;
  contended: number;
}

/** What a relay remembers between rounds. All of it is a hint: a relay that forgets it is slower, not wrong. */
export interface RelayMemory {
  held: HeldKeys;
  routable: Set<string>;
}

/**
 * After a wake-up and between small batches, so that commits close to each other share a transaction of the relay: with
 * one for each, a busy door spends more on announcing check-ins than on recording them.
 */
const LINGER_MS = 15;
const BATCH_SIZE = 500;
const CONTENDED_MS = 20;
const LONGEST_BACK_OFF_MS = 2_000;
/** A batch takes milliseconds; one that the broker does not confirm ends when its publisher is closed. */
const FINISH_WITHIN_MS = 1_000;

/** Publishes what is committed until disposed. Disposing waits for the running batch, for a second at most. */
export function startRelay(options: RelayOptions): Relay {
  const { publisher, logger, pollMs = 250, batchSize = BATCH_SIZE } = options;
  const memory = newMemory(pollMs);
  let stopping = false;
  let woken = false;
  let resting: { wakeable: boolean; end(): void } | undefined;

  async function rest(ms: number, wakeable: boolean): Promise<void> {
    if (stopping || (wakeable && woken)) return;
    const { promise: over, resolve: end } = Promise.withResolvers<void>();
    const timer = setTimeout(end, ms);
    resting = { wakeable, end };
    await over;
    resting = undefined;
    clearTimeout(timer);
    if (woken && wakeable && !stopping) await sleep(LINGER_MS);
  }

  async function loop(): Promise<void> {
    let failures = 0;
    let contentions = 0;
    while (!stopping) {
      const backOff = Math.min(pollMs * 2 ** failures, LONGEST_BACK_OFF_MS);
      // Nothing can leave: reading it would only load the database.
      if (!publisher.connected) {
        await rest(pollMs, false);
        continue;
      }
      woken = false;
      try {
        const counts = await relayOnce(options, memory);
        report(logger, counts);
        if (failures > 0 && counts.unknown === 0) logger.info(counts, 'the outbox relay works again');
        failures = counts.unknown > 0 ? failures + 1 : 0;
        contentions = counts.contended > 0 ? contentions + 1 : 0;
        if (counts.unknown > 0) await rest(backOff, false);
        else if (counts.published >= batchSize) continue;
        else if (counts.published > 0) await rest(LINGER_MS, false);
        else if (counts.contended > 0) await rest(Math.min(CONTENDED_MS * 2 ** contentions, pollMs), false);
        else await rest(pollMs, true);
      } catch (error) {
        if (failures === 0) logger.warn({ err: error }, 'the outbox cannot be read, trying again');
        failures += 1;
        await rest(backOff, false);
      }
    }
  }

  const watched = watchOutbox(options.db);
  const running = loop();
  return {
    wake() {
      woken = true;
      if (resting?.wakeable) resting.end();
    },
    async [Symbol.asyncDispose]() {
      stopping = true;
      resting?.end();
      watched[Symbol.dispose]();
      await atMost(FINISH_WITHIN_MS, running);
    },
  };
}

/**
 * Publishes one batch of each partition that has messages.
 * Throws when the database cannot be used; what the broker does shows in the counts.
 */
export async function relayOnce(
  options: Omit<RelayOptions, 'logger'>,
  memory: RelayMemory = newMemory(options.pollMs ?? 250),
): Promise<RelayCounts> {
  const {
    db,
    publisher,
    exchange,
    batchSize = BATCH_SIZE,
    publishTimeoutMs = 5_000,
    maxAttempts = 10,
  } = options;
  const partitionOptions = { db, publisher, exchange, batchSize, publishTimeoutMs, maxAttempts };
  const counts = { published: 0, returned: 0, nacked: 0, unknown: 0, dead: 0, contended: 0 };
  const heldKeys = memory.held.current();
  if (memory.held.full) return counts;

  for (const partition of await pendingPartitions(db, heldKeys)) {
    const result = await relayPartition(partitionOptions, partition, heldKeys, memory.routable);
    add(counts, result);
    countRelayed(result);
    for (const { partitionKey, attempts } of result.refused) memory.held.hold(partitionKey, attempts);
    // The broker does not answer: leave the other partitions alone until it does.
    if (result.unknown > 0) break;
  }
  return counts;
}

function newMemory(pollMs: number): RelayMemory {
  return { held: new HeldKeys(pollMs), routable: new Set() };
}

/** In random order, so that relays that start together do not queue up for the same one. */
async function pendingPartitions(db: Db, heldKeys: readonly string[]): Promise<number[]> {
  const rows = await db.query<{ partition: number }>(PENDING_PARTITIONS, [heldKeys]);
  return rows.map(({ partition }) => partition);
}

const PENDING_PARTITIONS = `
  select series.partition
  from generate_series(0, 15) as series (partition)
  where exists (
    select from outbox.messages
    where messages.partition = series.partition and partition_key <> all ($1::uuid[])
  )
  order by random()`;

function add(counts: RelayCounts, result: PartitionResult): void {
  counts.published += result.published;
  counts.returned += result.returned;
  counts.nacked += result.nacked;
  counts.unknown += result.unknown;
  counts.dead += result.dead;
  counts.contended += result.contended ? 1 : 0;
}

function report(logger: RelayOptions['logger'], counts: RelayCounts): void {
  if (counts.dead > 0) logger.error(counts, 'messages set aside in outbox.dead: no queue accepts them');
  else if (counts.returned > 0) logger.warn(counts, 'messages returned: no queue accepts them');
  else if (counts.nacked > 0) logger.warn(counts, 'messages refused by the broker');
  else if (counts.unknown > 0) logger.warn(counts, 'messages not confirmed, to be sent again');
}
