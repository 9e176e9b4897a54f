import { metrics } from '@opentelemetry/api';

const meter = metrics.getMeter('@turnout/closure-service');

/** Counters; they cost nothing as long as nobody collects them. */
export const counted = {
  runs: meter.createCounter('turnout_closure_runs', { description: 'closure runs by how they ended' }),
  lockContended: meter.createCounter('turnout_closure_lock_contended', {
    description: 'events left to the instance that holds the lock',
  }),
  lockSkipped: meter.createCounter('turnout_closure_lock_skipped', {
    description: 'events closed without the lock, because Redis did not answer',
  }),
  judgedAgain: meter.createCounter('turnout_closure_judged_again', {
    description: 'enrollments that got the other verdict after their closed event was corrected',
  }),
  waitedForDevices: meter.createCounter('turnout_closure_waited_for_devices', {
    description: 'times that an event was not closed because devices still held scans of it',
  }),
};
