import type { CheckIn } from '@turnout/attendance/enrollment';
import type { ScanKind, StoredEnrollment, StoredEvent } from '@turnout/attendance-store/stored';
import { type ScanAccepted, toCheckInBody } from '@turnout/contracts/http/check-ins';
import { problem } from '@turnout/contracts/problems';
import { enrollmentAtTheDoor, previousBody } from './bodies.ts';
import { type ScanRefusal, sentenceFor } from './refusals.ts';

/** What one scan is answered, alone or in a batch. */
export interface ScanAnswer {
  status: number;
  body: object;
  /** The scan was seen before; this is what it was told then. */
  replayed?: boolean;
}

/** The answer to a check-in or an exit. `enrollment` is as it is after it. */
export function acceptedAnswer(
  outcome: ScanAccepted['outcome'],
  checkIn: CheckIn,
  enrollment: StoredEnrollment,
  event: StoredEvent,
  previous: CheckIn | null,
): ScanAnswer {
  const body: ScanAccepted = {
    outcome,
    checkIn: toCheckInBody(checkIn),
    enrollment: enrollmentAtTheDoor(enrollment, event),
    previous: previous && previousBody(previous, checkIn),
  };
  return { status: 201, body };
}

/** The answer that says no, in the words of a problem. */
export function refusedAnswer(
  refusal: ScanRefusal,
  event: StoredEvent,
  scan: { kind: ScanKind; requestId: string; scannedAt: Date; deviceId: string },
): ScanAnswer {
  const { detail, extra } = sentenceFor(refusal, event, scan);
  return problem(refusal.code, { detail, requestId: scan.requestId, extra });
}
