import { SECOND } from '@turnout/runtime/durations';
import { meter, showGauges } from '@turnout/runtime/metrics';
import type { Queryable, Statement } from '@turnout/runtime/postgres';
import type { Consumer } from '@turnout/runtime/rabbitmq';

const received = meter.createCounter('turnout_inbox_messages_total', {
  description: 'events received, by whether they were new',
});
const attempts = meter.createCounter('turnout_delivery_attempts_total', {
  description: 'attempts to deliver by channel, and what the delivery is after it',
});

const together = meter.createHistogram('turnout_inbox_batch_size', {
  description: 'events stored in one transaction',
});
const receiving = meter.createHistogram('turnout_inbox_delay_seconds', {
  description: 'from the change that an event tells of to its being stored here',
});
const sending = meter.createHistogram('turnout_delivery_delay_seconds', {
  description:
    'from owing a delivery to having made it, by channel; without webhooks that somebody asked for again',
});

// Prometheus sees a counter rise only if it was there before.
for (const result of ['new', 'duplicate']) received.add(0, { result });
for (const channel of ['email', 'log', 'webhook']) {
  for (const status of ['sent', 'pending', 'failed']) attempts.add(0, { channel, status });
}

/** Counts a batch of events that was stored; `times` are those they tell of, in ms since 1970. */
export function countReceived(counts: { all: number; fresh: number; times: readonly number[] }): void {
  together.record(counts.all);
  for (const time of counts.times) receiving.record(Math.max(0, Date.now() - time) / SECOND);
  if (counts.fresh > 0) received.add(counts.fresh, { result: 'new' });
  const again = counts.all - counts.fresh;
  if (again > 0) received.add(again, { result: 'duplicate' });
}

/** Counts attempts once their outcome is written down. */
export function countAttempts(channel: string, outcomes: readonly MeasuredOutcome[]): void {
  for (const { status, owedSince } of outcomes) {
    attempts.add(1, { channel, status });
    if (status !== 'sent' || owedSince === null) continue;
    sending.record(Math.max(0, Date.now() - owedSince.getTime()) / SECOND, { channel });
  }
}

interface MeasuredOutcome {
  status: string;
  /** Null when somebody asked for the delivery again. */
  owedSince: Date | null;
}

/** Shows what waits and what is dead until disposed. */
export function watchDeliveries(db: Queryable): Disposable {
  return showGauges(
    {
      turnout_deliveries_waiting: `deliveries that are owed and not yet made; ${MOST + 1} means more than ${MOST}`,
      turnout_delivery_oldest_age_seconds:
        'for how long the oldest of them has been owed; of very many, how long at least',
      turnout_dead_letters: `dead letters that nobody has replayed or dropped; ${MOST + 1} means more than ${MOST}`,
    },
    async () => {
      const [[waiting], [dead]] = await Promise.all([
        db.query<{ count: number; age: number }>(countWaiting, [MOST + 1, AT_EACH_END]),
        db.query<{ count: number }>(countDead, [MOST + 1]),
      ]);
      return {
        turnout_deliveries_waiting: waiting?.count ?? 0,
        turnout_delivery_oldest_age_seconds: waiting?.age ?? 0,
        turnout_dead_letters: dead?.count ?? 0,
      };
    },
  );
}

/** Shows what waits in the queue of events until disposed. Without a connection to the broker it is left out. */
export function watchQueue(consumer: Pick<Consumer, 'waiting'>): Disposable {
  return showGauges(
    {
      turnout_queue_messages:
        "events in the notifier's queue: ready for any instance (the same at each), or held by this one",
    },
    async () => {
      const found = await consumer.waiting();
      if (found === null) return {};
      return {
        turnout_queue_messages: [
          { value: found.ready, labels: { state: 'ready' } },
          { value: found.held, labels: { state: 'held' } },
        ],
      };
    },
  );
}

/** Up to this many are counted: reading must stay cheap when it matters, which is when very many wait. */
const MOST = 10_000;
/** Of what waits for a channel, so many that are due first and so many that are due last are looked at. */
const AT_EACH_END = 1_000;

// There is no index by age. Those that are due longest were made long ago, and so were those that wait longest for
// another attempt, since pauses grow: the oldest is at one of the ends.
const countWaiting: Statement = {
  name: 'count_waiting_deliveries',
  text: `
    select
      (select count(*) from (
        select from notifier.deliveries where status = 'pending' order by channel, next_attempt_at limit $1
      ) counted)::int as count,
      coalesce(extract(epoch from clock_timestamp() - (
        select min(ends.created_at)
        from unnest(array['email', 'log', 'webhook']) as channels (name)
        cross join lateral (
          (select created_at from notifier.deliveries
           where status = 'pending' and channel = channels.name order by next_attempt_at limit $2)
          union all
          (select created_at from notifier.deliveries
           where status = 'pending' and channel = channels.name order by next_attempt_at desc limit $2)
        ) ends
      )), 0)::float as age`,
};

/** `$1` counts at most. */
export const countDead: Statement = {
  name: 'count_dead_letters',
  text: `
    select count(*)::int as count
    from (select from notifier.dead_letters where status = 'dead' limit $1) counted`,
};
