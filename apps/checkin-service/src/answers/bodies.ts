import type { CheckIn } from '@turnout/attendance/enrollment';
import { evaluate } from '@turnout/attendance/requirement';
import type { StoredEnrollment, StoredEvent } from '@turnout/attendance-store/stored';
import type { CheckInBody, PreviousCheckInBody, ScanAccepted } from '@turnout/contracts/http/check-ins';

export function checkInBody(checkIn: CheckIn): CheckInBody {
  return {
    id: checkIn.id,
    day: checkIn.day,
    scannedAt: checkIn.scannedAt.toISOString(),
    recordedAt: checkIn.recordedAt.toISOString(),
    station: checkIn.station,
    direction: checkIn.direction,
    source: checkIn.source,
  };
}

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
