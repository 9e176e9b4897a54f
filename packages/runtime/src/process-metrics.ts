import { monitorEventLoopDelay } from 'node:perf_hooks';
import { SECOND } from './durations.ts';
import { meter } from './metrics.ts';

const NANOSECONDS = 1e9;
const MICROSECONDS = 1e6;
/** What the delay shows of a loop that is never late. */
const RESOLUTION_MS = 10;

let watched = false;

/** Shows what this process takes, under the names that dashboards for Node.js and Prometheus know. Once is enough. */
export function watchProcess(): void {
  if (watched) return;
  watched = true;
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delay.enable();
  const late = (nanoseconds: number) => Math.max(0, nanoseconds / NANOSECONDS - RESOLUTION_MS / SECOND);
  const lag = meter.createObservableGauge('nodejs_eventloop_lag_p99_seconds', {
    description: 'how late the event loop was in 99 of 100 cases at most, since the last look',
  });
  const longest = meter.createObservableGauge('nodejs_eventloop_lag_max_seconds', {
    description: 'how late the event loop was at most, since the last look',
  });
  meter.addBatchObservableCallback(
    (result) => {
      if (delay.count > 0) {
        result.observe(lag, late(delay.percentile(99)));
        result.observe(longest, late(delay.max));
      }
      delay.reset();
    },
    [lag, longest],
  );
  meter
    .createObservableGauge('process_resident_memory_bytes', { description: 'memory of the process' })
    .addCallback((result) => result.observe(process.memoryUsage.rss()));
  meter
    .createObservableCounter('process_cpu_seconds_total', {
      description: 'processor time of the process, its own and the system’s for it',
    })
    .addCallback((result) => {
      const { user, system } = process.cpuUsage();
      result.observe((user + system) / MICROSECONDS);
    });
}
