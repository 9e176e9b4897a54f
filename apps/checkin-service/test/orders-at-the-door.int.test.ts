import { givenProduct } from '@turnout/test-kit/given';
import { isAnyoneWaiting } from '@turnout/test-kit/is-anyone-waiting';
import { openTestDb } from '@turnout/test-kit/open-test-db';
import { waitUntil } from '@turnout/test-kit/wait-until';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, type FrontDesk, openFrontDesk } from './front-desk.ts';
import { type GivenTicket, givenRunningEvent, givenTicket } from './given-ticket.ts';

let desk: FrontDesk;
let eventId: string;
let lunch: string;
beforeAll(async () => {
  desk = await openFrontDesk();
  eventId = await givenRunningEvent(desk);
  lunch = await givenProduct(desk.db, eventId);
});
afterAll(async () => {
  await desk?.[Symbol.asyncDispose]();
});

const withLunch = (status: string) =>
  givenTicket(desk, eventId, { status, lineItems: [{ productId: lunch, quantity: 1 }] });
const statusOf = async ({ id }: GivenTicket) =>
  (await desk.db.query('select status from attendance.enrollments where enrollment_id = $1', [id]))[0]
    ?.status;

describe('a check-in', () => {
  it.each(['paid', 'partially_refunded'])('admits who has an order that is %s', async (status) => {
    const ada = await withLunch(status);
    expect((await desk.scan(eventId, { accessCode: ada.accessCode })).body.outcome).toBe('first');
  });

  it('admits who has no order', async () => {
    const ada = await givenTicket(desk, eventId);
    expect((await desk.scan(eventId, { accessCode: ada.accessCode })).body.outcome).toBe('first');
  });

  it.each(['pending', 'refunded', 'cancelled'])(
    'refuses who has an order that is %s, until a supervisor admits them',
    async (status) => {
      const ada = await withLunch(status);
      const scan = { accessCode: ada.accessCode };
      expect(await desk.scan(eventId, scan)).toMatchObject({
        status: 409,
        body: { code: 'order_unpaid', detail: expect.stringContaining('cash desk') },
      });
      expect(await statusOf(ada)).toBe('confirmed');
      const { supervisor, admin } = desk.organization.tokens;
      expect((await desk.scan(eventId, scan, supervisor)).body.code).toBe('order_unpaid');
      const admitted = await desk.scan(eventId, { ...scan, admitUnpaid: true }, supervisor);
      expect(admitted).toMatchObject({ status: 201, body: { outcome: 'first' } });
      expect((await desk.scan(eventId, { ...scan, admitUnpaid: true }, admin)).status).toBe(201);
      expect(await statusOf(ada)).toBe('checked_in');
    },
  );

  it('judges each scan of an upload by the order of its own ticket', async () => {
    const people = [await withLunch('paid'), await withLunch('pending'), await givenTicket(desk, eventId)];
    const scans = people.map(({ accessCode, id }) => ({ scanId: id, accessCode }));
    const { body } = await desk.call('POST', `/v1/events/${eventId}/check-ins/batch`, { body: { scans } });
    const statuses = body.results.map(({ status }: { status: number }) => status);
    expect(statuses).toEqual([201, 409, 201]);
  });
});

describe('an order that changes while a scan waits for its ticket', () => {
  /** Changes the order under the ticket's lock, and only when the scan is waiting for that lock. */
  async function whileWaiting(ticket: GivenTicket, change: string, scan: () => Promise<Answer>) {
    await using other = openTestDb(desk.database.url, 1);
    const locked = Promise.withResolvers<void>();
    const changing = other.transaction(async (tx) => {
      await tx.query('select 1 from attendance.enrollments where enrollment_id = $1 for update', [ticket.id]);
      locked.resolve();
      await waitUntil(() => isAnyoneWaiting(desk.db));
      await tx.query(change, [ticket.id]);
    });
    await locked.promise;
    const answer = await scan();
    await changing;
    return answer;
  }

  const become = (status: string) =>
    `update attendance.orders set status = '${status}' where enrollment_id = $1`;

  it('is seen: who paid in that moment is admitted', async () => {
    const ada = await withLunch('pending');
    const scan = () => desk.scan(eventId, { accessCode: ada.accessCode });
    expect((await whileWaiting(ada, become('paid'), scan)).body.outcome).toBe('first');
  });

  it('is seen: who got the money back in that moment is not', async () => {
    const ada = await withLunch('paid');
    const scan = () => desk.scan(eventId, { accessCode: ada.accessCode });
    expect((await whileWaiting(ada, become('refunded'), scan)).body.code).toBe('order_unpaid');
    const redemption = await ada.redeem({ lineItemId: ada.lineItemIds[0] });
    expect(redemption.body.code).toBe('order_unpaid');
  });

  it('is seen: what another desk used up in that moment is gone', async () => {
    const ada = await withLunch('paid');
    const use = `
      insert into attendance.redemptions
        (event_id, redemption_id, enrollment_id, line_item_id, scan_id, device_id, recorded_at)
      select event_id, gen_random_uuid(), enrollment_id, line_item_id, gen_random_uuid(), gen_random_uuid(), now()
      from attendance.line_items where enrollment_id = $1`;
    const redeem = () => ada.redeem({ lineItemId: ada.lineItemIds[0] });
    expect((await whileWaiting(ada, use, redeem)).body.code).toBe('fully_redeemed');
  });
});
