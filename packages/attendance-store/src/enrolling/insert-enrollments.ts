import { enroll } from '@turnout/attendance/enroll';
import { newId } from '@turnout/runtime/ids';
import type { Statement, Tx } from '@turnout/runtime/postgres';
import type { ChangeContext } from '../stored.ts';

const insertRows: Statement = {
  name: 'insert_enrollments',
  text: `
    insert into attendance.enrollments
      (event_id, organization_id, created_at, status, version, enrollment_id, participant_id, access_code, ticket_type)
    select $1, $2, $3, $4, $5, * from unnest($6::uuid[], $7::uuid[], $8::text[], $9::text[])`,
};

const insertFirstTransitions: Statement = {
  name: 'insert_first_transitions',
  text: `
    insert into attendance.transitions
      (event_id, organization_id, at, version, from_status, to_status, triggered_by, reason, actor, cause,
       enrollment_id, transition_id)
    select $1, $2, $3, $4, $5, $6, $7, $8, $9::jsonb, $10, * from unnest($11::uuid[], $12::uuid[])`,
};

export interface EnrollmentToInsert {
  id: string;
  accessCode: string;
  ticketType: string | null;
  participant: { id: string };
}

/** How every enrollment begins. */
export const newlyEnrolled = enroll('admin');

/** Writes enrollments with the first row of their audit trail. That row announces nothing. */
export function insertEnrollments(
  tx: Tx,
  { organizationId, eventId }: { organizationId: string; eventId: string },
  rows: readonly EnrollmentToInsert[],
  { actor, cause }: ChangeContext,
  at: Date,
): void {
  const { enrollment, move } = newlyEnrolled;
  const { status, version } = enrollment;
  const ids = rows.map(({ id }) => id);
  tx.send(insertRows, [
    eventId,
    organizationId,
    at,
    status,
    version,
    ids,
    rows.map(({ participant }) => participant.id),
    rows.map(({ accessCode }) => accessCode),
    rows.map(({ ticketType }) => ticketType),
  ]);
  tx.send(insertFirstTransitions, [
    eventId,
    organizationId,
    at,
    version,
    move.from,
    move.to,
    move.triggeredBy,
    move.reason,
    actor,
    cause,
    ids,
    rows.map(() => newId()),
  ]);
}
