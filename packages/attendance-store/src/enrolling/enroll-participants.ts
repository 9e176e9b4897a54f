import { type Db, isRetryable, isUniqueViolation, type Tx } from '@turnout/runtime/postgres';
import type { EnrollmentRecord } from '../reading/records.ts';
import type { ChangeContext } from '../stored.ts';
import { judgeRows, type NewEnrollment, type RefusedRow } from './judge-rows.ts';
import { lockEvent } from './lock-event.ts';
import { setsOf } from './sets-of.ts';
import { writeEnrollments, writePeople } from './write-rows.ts';

export interface EnrollInto {
  organizationId: string;
  eventId: string;
  /** The events within reach of whoever enrolls; null for all of the organization. */
  eventIds: readonly string[] | null;
}

export type Enrolled =
  | { outcome: 'enrolled'; enrollments: EnrollmentRecord[] }
  | { outcome: 'event_cancelled'; cancelledAt: Date }
  /** Nothing was written. */
  | { outcome: 'refused'; refused: RefusedRow[] };

const ATTEMPTS = 5;

/**
 * Enrolls people in an event, all or none: makes or updates the participants, and writes enrollments and the first row
 * of each audit trail, one statement per table. Answers null when the organization has no such event.
 *
 * May run more than once, when another transaction took an access code in the same instant.
 */
export async function enrollParticipants(
  db: Db,
  event: EnrollInto,
  rows: readonly NewEnrollment[],
  context: ChangeContext,
): Promise<Enrolled | null> {
  return await untilUndisturbed(() => db.transaction((tx) => enrollOnce(tx, event, rows, context)));
}

/** Runs a transaction that enrolls again when somebody took an access code meanwhile, or a deadlock was broken. */
export async function untilUndisturbed<Result>(enroll: () => Promise<Result>): Promise<Result> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await enroll();
    } catch (error) {
      if (!(isRetryable(error) || isUniqueViolation(error)) || attempt === ATTEMPTS) throw error;
    }
  }
}

async function enrollOnce(
  tx: Tx,
  event: EnrollInto,
  rows: readonly NewEnrollment[],
  context: ChangeContext,
): Promise<Enrolled | null> {
  const open = await lockEvent(tx, event.organizationId, event.eventId);
  if (!open) return null;
  if (open.cancelledAt) return { outcome: 'event_cancelled', cancelledAt: open.cancelledAt };
  const { identified, refused } = await judgeRows(tx, { ...event, rows, held: true });
  if (refused.length > 0) return { outcome: 'refused', refused };
  const enrollments = [...setsOf(rows)].flatMap(({ start, items }) => {
    const set = { rows: items, identified: identified.slice(start, start + items.length) };
    writePeople(tx, event.organizationId, set.identified);
    return writeEnrollments(tx, event, set, context, open.now);
  });
  return { outcome: 'enrolled', enrollments };
}
