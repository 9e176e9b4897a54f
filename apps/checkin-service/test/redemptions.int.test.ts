import { attendeeProducts, redemptionAccepted } from '@turnout/contracts/http/products';
import { newId } from '@turnout/runtime/ids';
import { givenOrganization, givenProduct, givenToken } from '@turnout/test-kit/given';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type FrontDesk, openFrontDesk } from './front-desk.ts';
import { cancelTicket, givenRunningEvent, givenTicket } from './given-ticket.ts';

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

const withLunches = (quantity: number, status = 'paid') =>
  givenTicket(desk, eventId, { status, lineItems: [{ productId: lunch, quantity }] });
const redeemed = (lineItemId: string | undefined) =>
  desk.db.query('select scan_id, station from attendance.redemptions where line_item_id = $1', [lineItemId]);

describe('the products of a ticket', () => {
  it('are its line items, with what was used and what is left', async () => {
    const tutorial = await givenProduct(desk.db, eventId, { name: 'Tutorial A', kind: 'ticket' });
    const ada = await givenTicket(desk, eventId, {
      lineItems: [
        { productId: lunch, quantity: 3 },
        { productId: tutorial, quantity: 1 },
      ],
    });
    const [ofLunch, ofTutorial] = ada.lineItemIds;
    await ada.redeem({ lineItemId: ofLunch });
    const { status, body } = await ada.products();
    expect(status).toBe(200);
    expect(attendeeProducts.parse(body)).toEqual({
      items: [
        {
          lineItemId: ofLunch,
          productId: lunch,
          name: 'Lunch',
          kind: 'addon',
          quantity: 3,
          redeemed: 1,
          remaining: 2,
        },
        {
          lineItemId: ofTutorial,
          productId: tutorial,
          name: 'Tutorial A',
          kind: 'ticket',
          quantity: 1,
          redeemed: 0,
          remaining: 1,
        },
      ],
    });
  });

  it('are none for a ticket without an order, or with an empty one', async () => {
    for (const order of [undefined, {}]) {
      const ada = await givenTicket(desk, eventId, order);
      expect((await ada.products()).body).toEqual({ items: [] });
    }
  });

  it('are shown to everybody at the desk and to auditors, and to nobody else', async () => {
    const ada = await withLunches(1);
    const path = `/v1/events/${eventId}/attendees/${ada.accessCode}/products`;
    for (const token of Object.values(desk.organization.tokens)) {
      expect((await desk.call('GET', path, { token })).status).toBe(200);
    }
    const token = (await givenOrganization(desk.db)).tokens.admin;
    const foreign = await desk.call('GET', path, { token });
    const missing = await desk.call('GET', path.replace(eventId, newId()), { token });
    expect(foreign.status).toBe(404);
    expect({ ...foreign.body, requestId: '' }).toEqual({ ...missing.body, requestId: '' });
  });

  it('of a code that is no ticket of this event are not found', async () => {
    const elsewhere = await givenTicket(desk, await givenRunningEvent(desk));
    for (const code of ['NOBODY', elsewhere.accessCode]) {
      const answer = await desk.call('GET', `/v1/events/${eventId}/attendees/${code}/products`);
      expect(answer).toMatchObject({ status: 404, body: { code: 'unknown_code' } });
    }
  });
});

describe('a redemption', () => {
  it('uses up one unit, and answers with all a desk needs to see', async () => {
    const ada = await withLunches(2);
    const { status, body } = await ada.redeem({ lineItemId: ada.lineItemIds[0], station: 'Buffet' });
    expect(status).toBe(201);
    expect(redemptionAccepted.parse(body)).toEqual({
      outcome: 'redeemed',
      redemption: { id: expect.any(String), recordedAt: expect.any(String), station: 'Buffet' },
      lineItem: {
        lineItemId: ada.lineItemIds[0],
        productId: lunch,
        name: 'Lunch',
        kind: 'addon',
        quantity: 2,
        redeemed: 1,
        remaining: 1,
      },
      enrollment: {
        id: ada.id,
        status: 'confirmed',
        version: 1,
        displayName: ada.name,
        ticketType: null,
        presentDays: [],
      },
    });
  });

  it('takes the station of its device, changes no status and announces nothing', async () => {
    const ada = await withLunches(1);
    const token = await givenToken(desk.db, desk.organization.id, 'front_desk', { station: 'Buffet 2' });
    const { body } = await ada.redeem({ lineItemId: ada.lineItemIds[0] }, token);
    expect(body.redemption.station).toBe('Buffet 2');
    const [{ moves, messages } = {}] = await desk.db.query(
      `select (select count(*) from attendance.transitions where enrollment_id = $1) as moves,
         (select count(*) from outbox.messages where partition_key = $2) as messages`,
      [ada.id, eventId],
    );
    expect({ moves, messages }).toEqual({ moves: 1, messages: 0 });
  });

  it('of an order that is partly refunded is fine, and so is one after the event ended', async () => {
    const ended = await givenRunningEvent(desk, { ends_at: new Date(Date.now() - 60_000) });
    const productId = await givenProduct(desk.db, ended);
    const ada = await givenTicket(desk, ended, {
      status: 'partially_refunded',
      lineItems: [{ productId, quantity: 1 }],
    });
    expect((await ada.redeem({ lineItemId: ada.lineItemIds[0] })).status).toBe(201);
  });

  it('sent again by a nervous network spends one unit and gets the first answer, to the byte', async () => {
    const ada = await withLunches(5);
    const scan = { scanId: newId(), lineItemId: ada.lineItemIds[0] };
    const first = await ada.redeem(scan);
    await ada.redeem({ lineItemId: ada.lineItemIds[0] });
    const replay = await ada.redeem(scan);
    expect(first.headers.get('idempotent-replayed')).toBeNull();
    expect(replay.headers.get('idempotent-replayed')).toBe('true');
    expect(replay.status).toBe(201);
    expect(JSON.stringify(replay.body)).toBe(JSON.stringify(first.body));
    expect(await redeemed(ada.lineItemIds[0])).toHaveLength(2);
  });

  it('that was refused stays refused under its scanId, also when the order is paid later', async () => {
    const ada = await withLunches(1, 'pending');
    const scan = { scanId: newId(), lineItemId: ada.lineItemIds[0] };
    const refused = await ada.redeem(scan);
    expect(refused).toMatchObject({ status: 409, body: { code: 'order_unpaid' } });
    await desk.db.query(`update attendance.orders set status = 'paid' where enrollment_id = $1`, [ada.id]);
    const replay = await ada.redeem(scan);
    expect(replay.body).toEqual(refused.body);
    expect(replay.headers.get('content-type')).toContain('application/problem+json');
    expect((await ada.redeem({ lineItemId: ada.lineItemIds[0] })).status).toBe(201);
  });
});

describe('a redemption is refused', () => {
  it('when everything was used: the desk hears how much that was', async () => {
    const ada = await withLunches(2);
    const [lineItemId] = ada.lineItemIds;
    await ada.redeem({ lineItemId });
    await ada.redeem({ lineItemId });
    expect(await ada.redeem({ lineItemId })).toMatchObject({
      status: 409,
      body: {
        code: 'fully_redeemed',
        redeemed: 2,
        quantity: 2,
        detail:
          'Lunch: 2 of 2 have been handed out. Do not hand out more; if the person disagrees, call a supervisor.',
      },
    });
    expect(await redeemed(lineItemId)).toHaveLength(2);
  });

  it.each(['pending', 'refunded', 'cancelled'])('when the order is %s', async (status) => {
    const ada = await withLunches(1, status);
    expect(await ada.redeem({ lineItemId: ada.lineItemIds[0] })).toMatchObject({
      status: 409,
      body: { code: 'order_unpaid', detail: expect.stringContaining('Do not hand out anything') },
    });
    expect(await redeemed(ada.lineItemIds[0])).toEqual([]);
  });

  it("when the line item is another ticket's, another event's or nobody's: all three look the same", async () => {
    const ada = await withLunches(1);
    const bob = await withLunches(1);
    const elsewhere = await givenRunningEvent(desk);
    const dinner = await givenProduct(desk.db, elsewhere);
    const eve = await givenTicket(desk, elsewhere, { lineItems: [{ productId: dinner, quantity: 1 }] });
    const answers = await Promise.all(
      [bob.lineItemIds[0], eve.lineItemIds[0], newId()].map((lineItemId) => ada.redeem({ lineItemId })),
    );
    expect(answers[0]).toMatchObject({ status: 404, body: { code: 'unknown_line_item' } });
    const bodies = answers.map(({ body }) => JSON.stringify({ ...body, requestId: '' }));
    expect(new Set(bodies)).toHaveProperty('size', 1);
    expect((await bob.products()).body.items[0].redeemed).toBe(0);
    const without = await givenTicket(desk, eventId);
    expect((await without.redeem({ lineItemId: newId() })).body.code).toBe('unknown_line_item');
  });

  it('for a code that is no ticket, a cancelled ticket and a cancelled event', async () => {
    const ada = await withLunches(1);
    const [lineItemId] = ada.lineItemIds;
    const unknown = await ada.redeem({ lineItemId, accessCode: 'NOBODY' });
    expect(unknown).toMatchObject({ status: 404, body: { code: 'unknown_code' } });
    await cancelTicket(desk, ada);
    expect((await ada.redeem({ lineItemId })).body.code).toBe('enrollment_cancelled');
    const cancelled = await givenRunningEvent(desk, {
      cancelled_at: new Date(),
      cancellation_reason: 'storm',
    });
    const bob = await givenTicket(desk, cancelled);
    expect((await bob.redeem({ lineItemId })).body.code).toBe('event_cancelled');
  });

  it('and kept, with what it asked for and why it was refused', async () => {
    const ada = await withLunches(1, 'pending');
    const scan = { scanId: newId(), lineItemId: ada.lineItemIds[0], station: 'Buffet' };
    await ada.redeem(scan);
    const rows = await desk.db.query(
      'select kind, line_item_id, enrollment_id, access_code, refusal, station from attendance.scans where scan_id = $1',
      [scan.scanId],
    );
    expect(rows).toEqual([
      {
        kind: 'redemption',
        line_item_id: scan.lineItemId,
        enrollment_id: ada.id,
        access_code: ada.accessCode,
        refusal: 'order_unpaid',
        station: 'Buffet',
      },
    ]);
  });

  it('when its scanId asked for another ticket, another line item or another thing before', async () => {
    const dinner = await givenProduct(desk.db, eventId, { name: 'Dinner' });
    const lineItems = [lunch, dinner].map((productId) => ({ productId, quantity: 2 }));
    const ada = await givenTicket(desk, eventId, { lineItems });
    const bob = await givenTicket(desk, eventId, { lineItems });
    const [ofLunch, ofDinner] = ada.lineItemIds;
    const scanId = newId();
    expect((await ada.redeem({ scanId, lineItemId: ofLunch })).status).toBe(201);
    const answers = [
      await ada.redeem({ scanId, lineItemId: ofDinner }),
      await bob.redeem({ scanId, lineItemId: ofLunch }),
      await ada.checkDoor({ scanId, productId: lunch }),
      await desk.scan(eventId, { scanId, accessCode: ada.accessCode }),
    ];
    expect(answers.map(({ status, body }) => `${status} ${body.code}`)).toEqual(
      Array(4).fill('409 scan_id_reused'),
    );
    const afterCheckIn = newId();
    await desk.scan(eventId, { scanId: afterCheckIn, accessCode: bob.accessCode });
    const reused = await bob.redeem({ scanId: afterCheckIn, lineItemId: bob.lineItemIds[0] });
    expect(reused.body.code).toBe('scan_id_reused');
    expect((await bob.products()).body.items.map(({ redeemed: used }: { redeemed: number }) => used)).toEqual(
      [0, 0],
    );
  });

  it('when it is not what it should be, naming the field', async () => {
    const ada = await withLunches(1);
    const [lineItemId] = ada.lineItemIds;
    const wrong: [object, string][] = [
      [{}, 'lineItemId'],
      [{ lineItemId: 'x' }, 'lineItemId'],
      [{ lineItemId, scanId: 'x' }, 'scanId'],
      [{ lineItemId, accessCode: undefined }, 'accessCode'],
      [{ lineItemId, accessCode: 'A\u0000' }, 'accessCode'],
      [{ lineItemId, station: 'a\nb' }, 'station'],
      [{ lineItemId, quantity: 2 }, 'quantity'],
      [{ lineItemId, scannedAt: new Date().toISOString() }, 'scannedAt'],
    ];
    for (const [scan, path] of wrong) {
      const { status, body } = await ada.redeem(scan);
      expect({ scan, status, errors: body.errors }).toMatchObject({ status: 422, errors: [{ path }] });
    }
  });

  it('to auditors, other organizations and tokens of other events', async () => {
    const ada = await withLunches(1);
    const scan = { lineItemId: ada.lineItemIds[0] };
    expect((await ada.redeem(scan, desk.organization.tokens.auditor)).status).toBe(403);
    const scoped = await givenToken(desk.db, desk.organization.id, 'front_desk', { eventIds: [newId()] });
    const outOfScope = await ada.redeem(scan, scoped);
    const foreign = await ada.redeem(scan, (await givenOrganization(desk.db)).tokens.admin);
    const missing = await desk.call('POST', `/v1/events/${newId()}/redemptions`, {
      body: { scanId: newId(), accessCode: ada.accessCode, ...scan },
    });
    for (const { status, body } of [outOfScope, foreign]) {
      expect({ status, ...body, requestId: '' }).toEqual({ ...missing.body, requestId: '' });
    }
    expect(missing).toMatchObject({ status: 404, body: { code: 'not_found' } });
    expect((await ada.redeem(scan, 'tnt_x')).status).toBe(401);
    expect(await redeemed(ada.lineItemIds[0])).toEqual([]);
  });
});
