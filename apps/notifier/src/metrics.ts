import { SECOND } from '@turnout/runtime/durations';
import { meter, showGauges } from '@turnout/runtime/metrics';
import type { Queryable } from '@turnout/runtime/postgres';

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
      turnout_deliveries_waiting: 'deliveries that are owed and not yet made',
      turnout_delivery_oldest_age_seconds: 'for how long the oldest of them has been owed',
      turnout_dead_letters: 'dead letters that nobody has replayed or dropped',
    },
    async () => {
      const [[waiting], [dead]] = await Promise.all([
        db.query<{ count: number; age: number }>(countWaiting),
        db.query<{ count: number }>(countDead),
      ]);
      return {
        turnout_deliveries_waiting: waiting?.count ?? 0,
        turnout_delivery_oldest_age_seconds: waiting?.age ?? 0,
        turnout_dead_letters: dead?.count ?? 0,
      };
    },
  );
}

const countWaiting = `
  select count(*)::int as count,
    coalesce(extract(epoch from clock_timestamp() - min(created_at)), 0)::float as age
  from notifier.deliveries where status = 'pending'`;

const countDead = `select count(*)::int as count from notifier.dead_letters where status = 'dead'`;
