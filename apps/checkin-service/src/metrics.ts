import type { AnsweredScan } from '@turnout/attendance-store/saving/answered-scan';
import { MINUTE } from '@turnout/runtime/durations';
import { meter } from '@turnout/runtime/metrics';
import type { ScanAnswer } from './answers/scan-answers.ts';
import { Stations } from './stations.ts';

const accepted = meter.createCounter('turnout_check_ins_total', {
  description: 'accepted scans by kind and, for check-ins, outcome',
});
const refused = meter.createCounter('turnout_scans_refused_total', {
  description: 'refused scans by kind and problem code',
});
const replayed = meter.createCounter('turnout_scans_replayed_total', {
  description: 'scans seen before, answered as the first time',
});
const together = meter.createHistogram('turnout_scan_batch_size', {
  description: 'scans that shared a transaction',
});

// Stations are named by organizers, so a label for each would have no end: how many there are is what can be measured.
const stations = new Stations(5 * MINUTE);
meter
  .createObservableGauge('turnout_stations_active', {
    description: 'stations whose scans this process recorded in the last five minutes',
  })
  .addCallback((result) => result.observe(stations.count(performance.now())));

/** Counts scans whose transaction has committed: those that are new, and all answers. */
export function measureScans(kept: readonly AnsweredScan[], answers: readonly ScanAnswer[]): void {
  together.record(answers.length);
  const again = answers.filter((answer) => answer.replayed).length;
  if (again > 0) replayed.add(again);
  const now = performance.now();
  for (const { eventId, station, kind, refusal, answer } of kept) {
    if (station !== null) stations.note(eventId, station, now);
    if (refusal !== null) refused.add(1, { kind, refusal });
    else accepted.add(1, { kind, outcome: outcomeOf(answer.body) });
  }
}

function outcomeOf(body: object): string {
  return 'outcome' in body && typeof body.outcome === 'string' ? body.outcome : '';
}
