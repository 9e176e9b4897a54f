import { countDueEvents } from '@turnout/attendance-store/closing/find-due-events';
import { meter, showGauges } from '@turnout/runtime/metrics';
import type { Queryable } from '@turnout/runtime/postgres';

export const counted = {
  verdicts: meter.createCounter('turnout_closure_verdicts_total', {
    description: 'verdicts given by closure',
  }),
  runs: meter.createCounter('turnout_closure_runs_total', { description: 'closure runs by how they ended' }),
  lockContended: meter.createCounter('turnout_closure_lock_contended_total', {
    description: 'events left to the instance that holds the lock',
  }),
  lockSkipped: meter.createCounter('turnout_closure_lock_skipped_total', {
    description: 'events closed without the lock, because Redis did not answer',
  }),
  judgedAgain: meter.createCounter('turnout_closure_judged_again_total', {
    description: 'enrollments that got the other verdict after their closed event was corrected',
  }),
  waitedForDevices: meter.createCounter('turnout_closure_waited_for_devices_total', {
    description: 'times that an event was not closed because devices still held scans of it',
  }),
};

// Prometheus sees a counter rise only if it was there before.
for (const outcome of ['closed', 'failed']) counted.runs.add(0, { outcome });
for (const verdict of ['attended', 'no_show']) counted.verdicts.add(0, { verdict });
counted.lockContended.add(0);
counted.lockSkipped.add(0);
counted.judgedAgain.add(0);
counted.waitedForDevices.add(0);

export const batchSize = meter.createHistogram('turnout_closure_batch_size', {
  description: 'enrollments judged in one transaction',
});
export const runSeconds = meter.createHistogram('turnout_closure_run_seconds', {
  description: 'how long a closure run took, its retries included',
});

/** Shows what is due until disposed. */
export function watchDue(db: Queryable): Disposable {
  return showGauges(
    {
      turnout_closure_due_events: 'events that closure has something to do at, grace included',
      turnout_closure_lag_seconds: 'for how long the event that waits longest has been due',
    },
    async () => {
      const { events, longestSeconds } = await countDueEvents(db);
      return { turnout_closure_due_events: events, turnout_closure_lag_seconds: longestSeconds };
    },
  );
}
