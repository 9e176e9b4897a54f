import type { Queryable, Statement } from '@turnout/runtime/postgres';

const findEnrollment: Statement = {
  name: 'find_enrollment_of_check_in',
  text: `
    select c.enrollment_id
    from attendance.check_ins c
    join attendance.events e on e.event_id = c.event_id
    where c.event_id = $1 and c.check_in_id = $2 and e.organization_id = $3`,
};

/** Whose check-in this is, or null when the organization has no such check-in in this event. It never changes. */
export async function findEnrollmentOfCheckIn(
  db: Queryable,
  organizationId: string,
  eventId: string,
  checkInId: string,
): Promise<string | null> {
  const [found] = await db.query<{ enrollment_id: string }>(findEnrollment, [
    eventId,
    checkInId,
    organizationId,
  ]);
  return found?.enrollment_id ?? null;
}
