import type { CheckIn } from './enrollment.ts';

/**
 * The check-in that a scan made at this time follows: the latest made at or before it, otherwise the earliest made after
 * it, which was uploaded sooner. Null when there is none.
 */
export function previousCheckIn(checkIns: readonly CheckIn[], scannedAt: Date): CheckIn | null {
  const inOrder = checkIns.toSorted(byTimeMade);
  return inOrder.findLast((checkIn) => checkIn.scannedAt <= scannedAt) ?? inOrder[0] ?? null;
}

/** By the time made, then recorded, then by id, so that check-ins of the same instant have one order everywhere. */
function byTimeMade(a: CheckIn, b: CheckIn): number {
  return (
    a.scannedAt.getTime() - b.scannedAt.getTime() ||
    a.recordedAt.getTime() - b.recordedAt.getTime() ||
    (a.id < b.id ? -1 : 1)
  );
}
