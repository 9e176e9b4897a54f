import type { Status } from '@turnout/attendance/enrollment';
import type { Statement, Tx } from '@turnout/runtime/postgres';

const findEnrolled: Statement = {
  name: 'find_enrolled',
  text: `
    select participant_id, enrollment_id, status from attendance.enrollments
    where event_id = $1 and participant_id = any($2::uuid[])`,
};

const findAccessCodes: Statement = {
  name: 'find_access_codes',
  text: `
    select access_code from attendance.enrollments
    where event_id = $1 and access_code = any($2::text[])
    union all
    select access_code from attendance.withdrawn_codes
    where event_id = $1 and access_code = any($2::text[])`,
};

export interface Enrolled {
  enrollmentId: string;
  status: Status;
}

/** The enrollments that these people have in this event already, by participant id. */
export async function enrolledOf(
  tx: Tx,
  eventId: string,
  participantIds: readonly string[],
): Promise<Map<string, Enrolled>> {
  if (participantIds.length === 0) return new Map();
  const rows = await tx.query<{ participant_id: string; enrollment_id: string; status: Status }>(
    findEnrolled,
    [eventId, participantIds],
  );
  return new Map(
    rows.map((row) => [row.participant_id, { enrollmentId: row.enrollment_id, status: row.status }]),
  );
}

/** Those of the access codes that enrollments of this event have, or had before they were given another. */
export async function takenCodes(
  db: Pick<Tx, 'query'>,
  eventId: string,
  accessCodes: readonly string[],
): Promise<Set<string>> {
  if (accessCodes.length === 0) return new Set();
  const rows = await db.query<{ access_code: string }>(findAccessCodes, [eventId, accessCodes]);
  return new Set(rows.map(({ access_code }) => access_code));
}
