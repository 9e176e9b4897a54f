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
    where event_id = $1 and access_code = any($2::text[])`,
};

export interface Taken {
  /** The enrollments that these people have in this event already, by participant id. */
  enrolled: Map<string, { enrollmentId: string; status: Status }>;
  /** Those of the access codes that other enrollments of this event have. */
  accessCodes: Set<string>;
}

/** What an event has already of what is about to be enrolled. */
export async function findTaken(
  tx: Tx,
  eventId: string,
  participantIds: readonly string[],
  accessCodes: readonly string[],
): Promise<Taken> {
  const enrolled = await tx.query<{ participant_id: string; enrollment_id: string; status: Status }>(
    findEnrolled,
    [eventId, participantIds],
  );
  const codes = await tx.query<{ access_code: string }>(findAccessCodes, [eventId, accessCodes]);
  return {
    enrolled: new Map(
      enrolled.map((row) => [row.participant_id, { enrollmentId: row.enrollment_id, status: row.status }]),
    ),
    accessCodes: new Set(codes.map(({ access_code }) => access_code)),
  };
}
