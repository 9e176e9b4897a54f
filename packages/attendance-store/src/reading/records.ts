import type { CheckIn, Status } from '@turnout/attendance/enrollment';
import type { TriggeredBy } from '@turnout/attendance/moves';
import type { Evidence } from '@turnout/attendance/requirement';
import type { Actor } from '@turnout/contracts/http/enrollments';

/** An enrollment and its person, as an admin sees them. */
export interface EnrollmentRecord {
  id: string;
  eventId: string;
  status: Status;
  version: number;
  accessCode: string;
  ticketType: string | null;
  attendedAt: Date | null;
  participant: {
    id: string;
    name: string;
    email: string;
    locale: string | null;
    externalId: string | null;
  };
  createdAt: Date;
}

export interface CheckInRecord extends CheckIn {
  annulmentReason: string | null;
}

/** One row of the audit trail. */
export interface TransitionRecord {
  id: string;
  enrollmentId: string;
  from: Status | null;
  to: Status;
  triggeredBy: TriggeredBy;
  actor: Actor;
  reason: string;
  evidence: Evidence | null;
  version: number;
  at: Date;
  /** The request or closure run that caused it. */
  cause: string;
}
