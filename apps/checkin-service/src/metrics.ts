import type { AnsweredScan } from '@turnout/attendance-store/saving/answered-scan';
import { meter } from '@turnout/runtime/metrics';
import type { ScanAnswer } from './http/scan-answers.ts';

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

/** Counts scans whose transaction has committed: those that are new, and all answers. */
export function measureScans(kept: readonly AnsweredScan[], answers: readonly ScanAnswer[]): void {
  together.record(answers.length);
  const again = answers.filter((answer) => answer.replayed).length;
  if (again > 0) replayed.add(again);
  for (const { kind, refusal, answer } of kept) {
    if (refusal !== null) refused.add(1, { kind, refusal });
    else accepted.add(1, { kind, outcome: outcomeOf(answer.body) });
  }
}

function outcomeOf(body: object): string {
  return 'outcome' in body && typeof body.outcome === 'string' ? body.outcome : '';
}
