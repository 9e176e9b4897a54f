import { SECOND } from '@turnout/runtime/durations';
import { meter, showGauges } from '@turnout/runtime/metrics';
import type { Queryable, Statement } from '@turnout/runtime/postgres';

const relayed = meter.createCounter('outbox_relayed_total', {
  description: 'messages given to the broker, by what became of them',
});
const confirming = meter.createHistogram('outbox_confirm_seconds', {
  description: 'from publishing a batch to the last answer of the broker about it',
});

const together = meter.createHistogram('outbox_batch_size', {
  description: 'messages that the relay read and published together',
});
const delay = meter.createHistogram('outbox_publish_delay_seconds', {
  description: 'from the change that caused a message to the confirm of the broker',
});

const OUTCOMES = ['published', 'returned', 'nacked', 'unknown', 'dead'] as const;

/** Counts what became of a batch. */
export function countRelayed(counts: Readonly<Record<(typeof OUTCOMES)[number], number>>): void {
  for (const outcome of OUTCOMES) {
    if (counts[outcome] > 0) relayed.add(counts[outcome], { outcome });
  }
}

/** Measures a batch by how old its messages were when they were read, in seconds, and `waitedMs` later confirmed. */
export function measureBatch(size: number, confirmedAges: readonly number[], waitedMs: number): void {
  together.record(size);
  for (const age of confirmedAges) delay.record(Math.max(0, age + waitedMs / SECOND));
}

/** Measures how long the broker took for a batch that was published at `publishedAt`, of `performance.now()`. */
export function measureConfirms(publishedAt: number): void {
  confirming.record((performance.now() - publishedAt) / SECOND);
}

/** Shows what waits in the outbox until disposed. */
export function watchOutbox(db: Queryable): Disposable {
  // Prometheus sees a counter rise only if it was there before.
  for (const outcome of OUTCOMES) relayed.add(0, { outcome });
  return showGauges(
    {
      outbox_messages: `messages that are committed and not yet published; ${MOST + 1} means more than ${MOST}`,
      outbox_oldest_message_age_seconds: 'for how long the oldest of them has waited',
    },
    async () => {
      const [found] = await db.query<{ waiting: number; age: number }>(count, [MOST + 1]);
      return {
        outbox_messages: found?.waiting ?? 0,
        outbox_oldest_message_age_seconds: found?.age ?? 0,
      };
    },
  );
}

/** Up to this many are counted: reading must stay cheap when it matters, which is when very many wait. */
const MOST = 10_000;

// In the order of the primary key, so that both look at its first entries only, and pass over what was just published
// cheaply: reading the table as it lies took 1.5 s after a million messages had left. A partition is published in that
// order, so its first message is the one that waits longest.
const count: Statement = {
  name: 'count_outbox',
  text: `
    select
      (select count(*) from (
        select from outbox.messages order by partition, sequence limit $1
      ) counted)::int as waiting,
      coalesce(extract(epoch from clock_timestamp() - (
        select min(first.created_at)
        from generate_series(0, 15) as series (partition)
        cross join lateral (
          select created_at from outbox.messages
          where messages.partition = series.partition order by sequence limit 1
        ) first
      )), 0)::float as age`,
};
