import type { DoorCheck } from '@turnout/attendance/decide-door-check';
import type { CheckIn, DayEvidence, Enrollment } from '@turnout/attendance/enrollment';
import type { EventPolicy } from '@turnout/attendance/event';
import type { Order } from '@turnout/attendance/order';
import type { Actor } from '@turnout/contracts/http/enrollments';
import type { TraceHeaders } from '@turnout/runtime/trace-context';

/** An event as stored: its rules and where its closure stands. */
export interface StoredEvent extends EventPolicy {
  id: string;
  organizationId: string;
  name: string;
  closedAt: Date | null;
  cancellationReason: string | null;
  createdAt: Date;
}

/** Which enrollment it is and where it stands: as much as it takes to write down what happens to it. */
export interface EnrollmentState extends Pick<Enrollment, 'status' | 'version'> {
  id: string;
  eventId: string;
  organizationId: string;
  participantId: string;
}

/** An enrollment with as much as closure looks at. */
export interface UndecidedEnrollment extends EnrollmentState {
  checkIns: readonly DayEvidence[];
}

/** An enrollment with as much as judging it again looks at. */
export interface JudgedEnrollment extends EnrollmentState, Pick<Enrollment, 'verdictBy'> {
  checkIns: readonly DayEvidence[];
}

/** An enrollment with all that a decision about it may need. */
export interface StoredEnrollment extends Enrollment, EnrollmentState {
  displayName: string;
  accessCode: string;
  ticketType: string | null;
  /** Null when nothing was ordered. */
  order: StoredOrder | null;
}

/** An order with when it was made and last changed. */
export interface StoredOrder extends Order {
  createdAt: Date;
  changedAt: Date;
}

/** What a scan can ask for: to come in, one unit of what was bought, or to enter a room. */
export type ScanKind = 'check_in' | 'redemption' | 'door_check';

/** Who changes something, and what made them. */
export interface ChangeContext {
  actor: Actor;
  /** Id of the request or of the closure run. */
  cause: string;
  /** The trace that the messages about it continue; the active one where it is not given. */
  trace?: TraceHeaders;
}

/** A check-in that is about to be written. */
export interface NewCheckIn extends CheckIn {
  scanId: string | null;
}

/** One use of one unit of a line item that is about to be written. */
export interface NewRedemption {
  id: string;
  lineItemId: string;
  scanId: string;
  station: string | null;
  deviceId: string;
  recordedAt: Date;
}

/** A door check that is about to be written. */
export interface NewDoorCheck extends DoorCheck {
  scanId: string;
}
