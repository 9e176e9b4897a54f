/** One scan as its client saw it. Times are milliseconds since the epoch, of this machine's clock. */
export interface Entry {
  scanId: string;
  accessCode: string;
  /** A scan that got no answer is `unknown`: it may be there or not. `refused` is a 503 or another no. */
  outcome: 'acknowledged' | 'refused' | 'unknown';
  answeredAt: number;
  tookMs: number;
}

/** What of the ledger is in a database. */
export interface Comparison {
  acknowledged: number;
  unknown: number;
  /** Acknowledged, and not there, in the order of their answers. */
  lost: Entry[];
  /** Unknown, and there after all. */
  recovered: number;
  /** There, and nobody ever sent it. */
  unexpected: string[];
}

/** Compares what clients were told with the scans that a database holds. */
export function compare(ledger: readonly Entry[], present: ReadonlySet<string>): Comparison {
  const of = (outcome: Entry['outcome']) => ledger.filter((entry) => entry.outcome === outcome);
  const sent = new Set(ledger.map(({ scanId }) => scanId));
  return {
    acknowledged: of('acknowledged').length,
    unknown: of('unknown').length,
    lost: of('acknowledged')
      .filter(({ scanId }) => !present.has(scanId))
      .toSorted((one, other) => one.answeredAt - other.answeredAt),
    recovered: of('unknown').filter(({ scanId }) => present.has(scanId)).length,
    unexpected: [...present].filter((scanId) => !sent.has(scanId)),
  };
}

/** A database restored to a moment, beside what clients were told. Both should be 0. */
export interface MomentComparison {
  /** Acknowledged before the moment, and not there. */
  missing: number;
  /** Sent after the moment, and there. */
  tooNew: number;
}

export function compareAtMoment(
  ledger: readonly Entry[],
  present: ReadonlySet<string>,
  moment: Date,
): MomentComparison {
  const at = moment.getTime();
  const before = ledger.filter(({ outcome, answeredAt }) => outcome === 'acknowledged' && answeredAt < at);
  const after = ledger.filter(({ answeredAt, tookMs }) => answeredAt - tookMs > at + CLOCK_STEP_MS);
  return {
    missing: before.filter(({ scanId }) => !present.has(scanId)).length,
    tooNew: after.filter(({ scanId }) => present.has(scanId)).length,
  };
}

/** Two clocks take part in the time a request took. */
const CLOCK_STEP_MS = 2;
