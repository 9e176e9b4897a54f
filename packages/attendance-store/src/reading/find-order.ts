import type { Queryable, Statement } from '@turnout/runtime/postgres';
import { loadOrders } from '../loading/load-orders.ts';
import type { StoredOrder } from '../stored.ts';
import type { EnrollmentKey } from './find-enrollment.ts';

const findOfId: Statement = {
  name: 'find_enrollment_to_read_order',
  text: `
    select enrollment_id from attendance.enrollments
    where event_id = $1 and enrollment_id = $2 and organization_id = $3`,
};

const findOfCode: Statement = {
  name: 'find_ticket_to_read_order',
  text: `
    select enrollment_id from attendance.enrollments
    where event_id = $1 and access_code = $2 and organization_id = $3`,
};

type Found = { enrollment_id: string };

/** The order of an enrollment; null when the organization's event has no such enrollment, or it has no order. */
export async function findOrder(
  db: Queryable,
  { organizationId, eventId, enrollmentId }: EnrollmentKey,
): Promise<StoredOrder | null> {
  const [enrollment] = await db.query<Found>(findOfId, [eventId, enrollmentId, organizationId]);
  return enrollment ? await orderOf(db, eventId, enrollment.enrollment_id) : null;
}

/**
 * What the holder of an access code has ordered, if anything; null when nobody in the organization's event holds it.
 */
export async function findOrderOfTicket(
  db: Queryable,
  { organizationId, eventId, accessCode }: { organizationId: string; eventId: string; accessCode: string },
): Promise<{ order: StoredOrder | null } | null> {
  const [ticket] = await db.query<Found>(findOfCode, [eventId, accessCode, organizationId]);
  if (!ticket) return null;
  return { order: await orderOf(db, eventId, ticket.enrollment_id) };
}

async function orderOf(db: Queryable, eventId: string, enrollmentId: string): Promise<StoredOrder | null> {
  const orders = await loadOrders(db, eventId, [enrollmentId]);
  return orders.get(enrollmentId) ?? null;
}
