/** One enrollment as a scan names it, and the scan's own id. Exactly one of the two names of the enrollment is set. */
export interface Ticket {
  scanId: string;
  accessCode: string | null;
  enrollmentId: string | null;
  /** The product whose door it asks for; null for every other scan. */
  productId: string | null;
}

/**
 * Which enrollments of one event a change is about.
 *
 * - `enrollments`: these.
 * - `tickets`: those that scans name; a ticket nobody has is simply not among the locked ones.
 */
export type Selection =
  | { by: 'enrollments'; organizationId: string; eventId: string; enrollmentIds: readonly string[] }
  | { by: 'tickets'; organizationId: string; eventId: string; tickets: readonly Ticket[] };

/**
 * The next undecided enrollments for a closure run, after an enrollment id, as long as the run's epoch is the event's.
 */
export interface UndecidedSelection {
  eventId: string;
  epoch: number;
  after: string | null;
  limit: number;
}

/** The next enrollments that a correction of an event has not looked at, whatever their status. */
export interface JudgedSelection {
  eventId: string;
  correctionId: string;
  limit: number;
}
