import { doorCheckAccepted } from '@turnout/contracts/http/products';
import { newId } from '@turnout/runtime/ids';
import { givenOrganization, givenProduct, givenToken } from '@turnout/test-kit/given';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type FrontDesk, openFrontDesk } from './front-desk.ts';
import { cancelTicket, givenRunningEvent, givenTicket } from './given-ticket.ts';

let desk: FrontDesk;
let eventId: string;
let tutorial: string;
let workshop: string;
beforeAll(async () => {
  desk = await openFrontDesk();
  eventId = await givenRunningEvent(desk);
  tutorial = await givenProduct(desk.db, eventId, { name: 'Tutorial A' });
  workshop = await givenProduct(desk.db, eventId, { name: 'Workshop B' });
});
afterAll(async () => {
  await desk?.[Symbol.asyncDispose]();
});

const withTutorial = (status = 'paid') =>
  givenTicket(desk, eventId, { status, lineItems: [{ productId: tutorial, quantity: 1 }] });
const doorChecks = ({ id }: { id: string }) =>
  desk.db.query('select product_id from attendance.door_checks where enrollment_id = $1', [id]);

describe('a door check', () => {
  it('lets in who ordered the product, with all a door needs to see', async () => {
    const ada = await withTutorial();
    const { status, body } = await ada.checkDoor({ productId: tutorial, station: 'Room 1' });
    expect(status).toBe(201);
    expect(doorCheckAccepted.parse(body)).toEqual({
      outcome: 'first',
      doorCheck: { id: expect.any(String), recordedAt: expect.any(String), station: 'Room 1' },
      product: { productId: tutorial, name: 'Tutorial A', kind: 'addon' },
      enrollment: {
        id: ada.id,
        status: 'confirmed',
        version: 1,
        displayName: ada.name,
        ticketType: null,
        presentDays: [],
      },
      previous: null,
    });
  });

  it('lets them in again, and says when, where and by which device they were let in before', async () => {
    const ada = await withTutorial();
    const first = await ada.checkDoor({ productId: tutorial, station: 'Room 1' });
    const again = await ada.checkDoor({ productId: tutorial, station: 'Room 2' });
    expect(doorCheckAccepted.parse(again.body)).toMatchObject({
      outcome: 're_entry',
      previous: {
        scannedAt: first.body.doorCheck.recordedAt,
        station: 'Room 1',
        sameDevice: true,
        secondsAgo: expect.any(Number),
      },
    });
    expect(again.body.previous.secondsAgo).toBeLessThan(120);
    const other = await givenToken(desk.db, desk.organization.id, 'front_desk', { station: 'Back door' });
    const third = await ada.checkDoor({ productId: tutorial }, other);
    expect(third.body).toMatchObject({
      doorCheck: { station: 'Back door' },
      previous: { station: 'Room 2', sameDevice: false },
    });
    expect(await doorChecks(ada)).toHaveLength(3);
  });

  it('knows each door by itself', async () => {
    const ada = await givenTicket(desk, eventId, {
      lineItems: [tutorial, workshop].map((productId) => ({ productId, quantity: 1 })),
    });
    await ada.checkDoor({ productId: tutorial });
    expect((await ada.checkDoor({ productId: workshop })).body).toMatchObject({
      outcome: 'first',
      previous: null,
    });
  });

  it('uses nothing up, changes no status, counts as no check-in and announces nothing', async () => {
    const ada = await withTutorial();
    await ada.checkDoor({ productId: tutorial });
    await ada.checkDoor({ productId: tutorial });
    expect((await ada.products()).body.items[0]).toMatchObject({ redeemed: 0, remaining: 1 });
    const badge = await desk.call('GET', `/v1/events/${eventId}/attendees/${ada.accessCode}`);
    expect(badge.body).toMatchObject({ status: 'confirmed', checkInCount: 0, presentDays: [] });
    const [{ moves, messages } = {}] = await desk.db.query(
      `select (select count(*) from attendance.transitions where enrollment_id = $1) as moves,
         (select count(*) from outbox.messages where partition_key = $2) as messages`,
      [ada.id, eventId],
    );
    expect({ moves, messages }).toEqual({ moves: 1, messages: 0 });
  });

  it('made by many doors in the same instant lets one in for the first time; each other one says who was before', async () => {
    const ada = await withTutorial();
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, door) =>
        ada.checkDoor({ productId: tutorial, station: `Door ${door}` }),
      ),
    );
    expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(201));
    expect(answers.filter(({ body }) => body.outcome === 'first')).toHaveLength(1);
    expect(answers.filter(({ body }) => body.previous !== null)).toHaveLength(19);
    const followed = answers.flatMap(({ body }) => body.previous?.station ?? []);
    expect(new Set(followed).size).toBe(19);
  });

  it('sent again gets the first answer, to the byte, and is recorded once', async () => {
    const ada = await withTutorial();
    const scan = { scanId: newId(), productId: tutorial };
    const first = await ada.checkDoor(scan);
    await ada.checkDoor({ productId: tutorial });
    const replay = await ada.checkDoor(scan);
    expect(replay.headers.get('idempotent-replayed')).toBe('true');
    expect(JSON.stringify(replay.body)).toBe(JSON.stringify(first.body));
    expect(await doorChecks(ada)).toHaveLength(2);
  });
});

describe('a door check is refused', () => {
  it('to who did not order the product, naming it', async () => {
    const none = await givenTicket(desk, eventId);
    const empty = await givenTicket(desk, eventId, {});
    const other = await withTutorial();
    for (const person of [none, empty, other]) {
      expect(await person.checkDoor({ productId: workshop })).toMatchObject({
        status: 409,
        body: { code: 'not_entitled', detail: expect.stringContaining('does not include Workshop B') },
      });
      expect(await doorChecks(person)).toEqual([]);
    }
  });

  it.each(['pending', 'refunded', 'cancelled'])('when the order is %s', async (status) => {
    const ada = await withTutorial(status);
    expect(await ada.checkDoor({ productId: tutorial })).toMatchObject({
      status: 409,
      body: { code: 'order_unpaid', detail: expect.stringContaining('Do not admit') },
    });
  });

  it("when the product is another event's or nobody's: both look the same", async () => {
    const ada = await withTutorial();
    const elsewhere = await givenProduct(desk.db, await givenRunningEvent(desk));
    const answers = await Promise.all([elsewhere, newId()].map((productId) => ada.checkDoor({ productId })));
    expect(answers[0]).toMatchObject({ status: 404, body: { code: 'unknown_product' } });
    const bodies = answers.map(({ body }) => JSON.stringify({ ...body, requestId: '' }));
    expect(new Set(bodies)).toHaveProperty('size', 1);
  });

  it('for a code that is no ticket, a cancelled ticket and a cancelled event', async () => {
    const ada = await withTutorial();
    const unknown = await ada.checkDoor({ productId: tutorial, accessCode: 'NOBODY' });
    expect(unknown).toMatchObject({ status: 404, body: { code: 'unknown_code' } });
    await cancelTicket(desk, ada);
    expect((await ada.checkDoor({ productId: tutorial })).body.code).toBe('enrollment_cancelled');
    const cancelled = await givenRunningEvent(desk, {
      cancelled_at: new Date(),
      cancellation_reason: 'storm',
    });
    const bob = await givenTicket(desk, cancelled);
    expect((await bob.checkDoor({ productId: tutorial })).body.code).toBe('event_cancelled');
  });

  it('and kept, and stays the answer to its scanId when the product is ordered later', async () => {
    const ada = await givenTicket(desk, eventId, {});
    const scan = { scanId: newId(), productId: tutorial };
    const refused = await ada.checkDoor(scan);
    await desk.db.query(
      `insert into attendance.line_items (event_id, line_item_id, enrollment_id, product_id, quantity)
       values ($1, $2, $3, $4, 1)`,
      [eventId, newId(), ada.id, tutorial],
    );
    expect((await ada.checkDoor(scan)).body).toEqual(refused.body);
    expect((await ada.checkDoor({ productId: tutorial })).body.outcome).toBe('first');
    const [kept] = await desk.db.query(
      'select kind, product_id, enrollment_id, refusal from attendance.scans where scan_id = $1',
      [scan.scanId],
    );
    expect(kept).toEqual({
      kind: 'door_check',
      product_id: tutorial,
      enrollment_id: ada.id,
      refusal: 'not_entitled',
    });
  });

  it('when its scanId asked for another door, ticket or thing before', async () => {
    const lineItems = [tutorial, workshop].map((productId) => ({ productId, quantity: 1 }));
    const ada = await givenTicket(desk, eventId, { lineItems });
    const bob = await givenTicket(desk, eventId, { lineItems });
    const scanId = newId();
    await ada.checkDoor({ scanId, productId: tutorial });
    const answers = [
      await ada.checkDoor({ scanId, productId: workshop }),
      await bob.checkDoor({ scanId, productId: tutorial }),
      await ada.redeem({ scanId, lineItemId: ada.lineItemIds[0] }),
      await desk.scan(eventId, { scanId, accessCode: ada.accessCode }),
    ];
    expect(answers.map(({ body }) => body.code)).toEqual(Array(4).fill('scan_id_reused'));
  });

  it('when it is not what it should be, naming the field', async () => {
    const ada = await withTutorial();
    const wrong: [object, string][] = [
      [{}, 'productId'],
      [{ productId: 'x' }, 'productId'],
      [{ productId: tutorial, scanId: '' }, 'scanId'],
      [{ productId: tutorial, accessCode: '' }, 'accessCode'],
      [{ productId: tutorial, direction: 'exit' }, 'direction'],
    ];
    for (const [scan, path] of wrong) {
      const { status, body } = await ada.checkDoor(scan);
      expect({ scan, status, errors: body.errors }).toMatchObject({ status: 422, errors: [{ path }] });
    }
  });

  it('to auditors, other organizations and tokens of other events', async () => {
    const ada = await withTutorial();
    const scan = { productId: tutorial };
    expect((await ada.checkDoor(scan, desk.organization.tokens.auditor)).status).toBe(403);
    const scoped = await givenToken(desk.db, desk.organization.id, 'front_desk', { eventIds: [newId()] });
    const missing = await desk.call('POST', `/v1/events/${newId()}/door-checks`, {
      body: { scanId: newId(), accessCode: ada.accessCode, ...scan },
    });
    expect(missing).toMatchObject({ status: 404, body: { code: 'not_found' } });
    for (const token of [scoped, (await givenOrganization(desk.db)).tokens.admin]) {
      const { body } = await ada.checkDoor(scan, token);
      expect({ ...body, requestId: '' }).toEqual({ ...missing.body, requestId: '' });
    }
    expect(await doorChecks(ada)).toEqual([]);
  });
});
