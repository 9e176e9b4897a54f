import { newId } from '@turnout/runtime/ids';
import {
  type GivenEnrollment,
  givenEnrollments,
  givenEvent,
  givenOrder,
  threeDaysAroundNow,
} from '@turnout/test-kit/given';
import type { Answer, FrontDesk } from './front-desk.ts';

/** An event of three days, the second of which is today. */
export async function givenRunningEvent(desk: FrontDesk, facts: object = {}): Promise<string> {
  return await givenEvent(desk.db, desk.organization.id, { ...threeDaysAroundNow(), ...facts });
}

/** A person of an event, and what a desk asks about them. */
export interface GivenTicket extends GivenEnrollment {
  /** The line items of the order, in the order given. */
  lineItemIds: string[];
  products(): Promise<Answer>;
  redeem(redemption: object, token?: string): Promise<Answer>;
  checkDoor(doorCheck: object, token?: string): Promise<Answer>;
}

/** Enrolls somebody, with an order if there is one to give. Scans get an id unless they have one. */
export async function givenTicket(
  desk: FrontDesk,
  eventId: string,
  order?: { status?: string; lineItems?: { productId: string; quantity: number }[] },
): Promise<GivenTicket> {
  const [person] = await givenEnrollments(desk.db, desk.organization.id, eventId, 1);
  if (!person) throw new Error('nobody was enrolled');
  const { status = 'paid', lineItems = [] } = order ?? {};
  const lineItemIds = order
    ? await givenOrder(desk.db, { eventId, enrollmentId: person.id, status }, lineItems)
    : [];
  const { accessCode } = person;
  const post = async (path: string, scan: object, token = desk.organization.tokens.front_desk) =>
    await desk.call('POST', `/v1/events/${eventId}/${path}`, {
      body: { scanId: newId(), accessCode, ...scan },
      token,
    });
  return {
    ...person,
    lineItemIds,
    products: () => desk.call('GET', `/v1/events/${eventId}/attendees/${accessCode}/products`),
    redeem: (redemption, token) => post('redemptions', redemption, token),
    checkDoor: (doorCheck, token) => post('door-checks', doorCheck, token),
  };
}

export async function cancelTicket(desk: FrontDesk, { id }: { id: string }): Promise<void> {
  await desk.db.query(
    `update attendance.enrollments set status = 'cancelled', cancelled_at = clock_timestamp() where enrollment_id = $1`,
    [id],
  );
}
