import type { CheckInDecision, CheckInRefusal } from '@turnout/attendance/decide-check-in';
import type { DoorCheckDecision, DoorCheckRefusal } from '@turnout/attendance/decide-door-check';
import type { RedemptionDecision, RedemptionRefusal } from '@turnout/attendance/decide-redemption';
import type { AnsweredScan } from '@turnout/attendance-store/saving/answered-scan';
import type { ScanKind } from '@turnout/attendance-store/stored';
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

type Accepted<Decision extends { outcome: string }> = Exclude<Decision['outcome'], 'refused'>;
type Codes<Refusal extends { code: string }> = Record<Refusal['code'] | 'unknown_code', 0>;

/** What each kind of scan can come to: Prometheus sees a counter rise only if it was there before. */
const outcomes: Record<ScanKind, readonly string[]> = {
  check_in: ['first', 'new_day', 're_entry', 'exit'] satisfies Accepted<CheckInDecision>[],
  redemption: ['redeemed'] satisfies Accepted<RedemptionDecision>[],
  door_check: ['first', 're_entry'] satisfies Accepted<DoorCheckDecision>[],
};
const refusals: {
  check_in: Codes<CheckInRefusal>;
  redemption: Codes<RedemptionRefusal>;
  door_check: Codes<DoorCheckRefusal>;
} = {
  check_in: {
    unknown_code: 0,
    event_cancelled: 0,
    enrollment_cancelled: 0,
    scanned_in_future: 0,
    not_open_yet: 0,
    event_ended: 0,
    order_unpaid: 0,
    already_checked_in: 0,
  },
  redemption: {
    unknown_code: 0,
    event_cancelled: 0,
    enrollment_cancelled: 0,
    unknown_line_item: 0,
    order_unpaid: 0,
    fully_redeemed: 0,
  },
  door_check: {
    unknown_code: 0,
    event_cancelled: 0,
    enrollment_cancelled: 0,
    unknown_product: 0,
    not_entitled: 0,
    order_unpaid: 0,
  },
};

for (const [kind, each] of Object.entries(outcomes)) {
  for (const outcome of each) accepted.add(0, { kind, outcome });
}
for (const [kind, codes] of Object.entries(refusals)) {
  for (const refusal of Object.keys(codes)) refused.add(0, { kind, refusal });
}
replayed.add(0);

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
