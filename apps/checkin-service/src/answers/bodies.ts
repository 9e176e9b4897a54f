import type { CheckIn } from '@turnout/attendance/enrollment';
import { evaluate } from '@turnout/attendance/requirement';
import type { StoredEnrollment, StoredEvent } from '@turnout/attendance-store/stored';
import type { PreviousCheckInBody, ScanAccepted } from '@turnout/contracts/http/check-ins';

/** A ticket's holder as a desk sees them after a scan. */
export function enrollmentAtTheDoor(
  enrollment: StoredEnrollment,
  event: StoredEvent,
): ScanAccepted['enrollment'] {
  return {
    id: enrollment.id,
    status: enrollment.status,
    version: enrollment.version,
    displayName: enrollment.displayName,
    ticketType: enrollment.ticketType,
    presentDays: evaluate(event, enrollment.checkIns).presentDays,
  };
}

/** Lets a desk tell a double scan (this device, seconds ago) from a second person with the same badge. */
export function previousBody(
  previous: Pick<CheckIn, 'scannedAt' | 'station' | 'deviceId'>,
  scan: { scannedAt: Date; deviceId: string | null },
): PreviousCheckInBody {
  return {
    scannedAt: previous.scannedAt.toISOString(),
    station: previous.station,
    sameDevice: previous.deviceId === scan.deviceId,
    secondsAgo: Math.round((scan.scannedAt.getTime() - previous.scannedAt.getTime()) / 1000),
  };
}
