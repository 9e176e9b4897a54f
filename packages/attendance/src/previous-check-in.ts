import type { CheckIn } from './enrollment.ts';

/**
 * The check-in that a scan made at this time follows: the latest made at or before it, otherwise the earliest made
 * after it, which was uploaded sooner. Null when there is none.
 */
export function previousCheckIn(checkIns: readonly CheckIn[], scannedAt: Date): CheckIn | null {
  // As numbers: comparing dates took most of the time of a batch for a ticket with thousands of check-ins.
  const time = scannedAt.getTime();
  let before: CheckIn | null = null;
  let after: CheckIn | null = null;
  for (const checkIn of checkIns) {
    if (checkIn.scannedAt.getTime() > time) {
      if (!after || isEarlier(checkIn, after)) after = checkIn;
    } else if (!before || isEarlier(before, checkIn)) {
      before = checkIn;
    }
  }
  return before ?? after;
}

/** By the time made, then recorded, then by id, so that check-ins of the same instant have one order everywhere. */
function isEarlier(one: CheckIn, other: CheckIn): boolean {
  const difference =
    one.scannedAt.getTime() - other.scannedAt.getTime() ||
    one.recordedAt.getTime() - other.recordedAt.getTime();
  return difference === 0 ? one.id < other.id : difference < 0;
}
