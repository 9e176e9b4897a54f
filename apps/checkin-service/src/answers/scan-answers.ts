import type { CheckIn } from '@turnout/attendance/enrollment';
import type { ScanKind, StoredEnrollment, StoredEvent } from '@turnout/attendance-store/stored';
import type { ScanAccepted } from '@turnout/contracts/http/check-ins';
import { problem } from '@turnout/contracts/problems';
import { checkInBody, enrollmentAtTheDoor, previousBody } from './bodies.ts';
import { type ScanRefusal, sentenceFor } from './refusals.ts';

/** What one scan is answered, alone or in a batch. */
export interface ScanAnswer {
  status: number;
  body: object;
  /** The scan was seen before; this is what it was told then. */
  replayed?: boolean;
}

export function acceptedAnswer(
  outcome: ScanAccepted['outcome'],
  checkIn: CheckIn,
  enrollment: StoredEnrollment,
  event: StoredEvent,
  previous: CheckIn | null,
): ScanAnswer {
  const body: ScanAccepted = {
    outcome,
    checkIn: checkInBody(checkIn),
    enrollment: enrollmentAtTheDoor(enrollment, event),
    previous: previous && previousBody(previous, checkIn),
  };
  return { status: 201, body };
}

export function refusedAnswer(
  refusal: ScanRefusal,
  event: StoredEvent,
  scan: { kind: ScanKind; requestId: string; scannedAt: Date; deviceId: string },
): ScanAnswer {
  const { detail, extra } = sentenceFor(refusal, event, scan);
  return problem(refusal.code, { detail, requestId: scan.requestId, extra });
}
