import { decideOrder } from '@turnout/attendance/decide-order';
import { changeEnrollments, each } from '@turnout/attendance-store/change-enrollments';
import { loadProducts } from '@turnout/attendance-store/loading/load-products';
import { runInvariants } from '@turnout/invariants/run-invariants';
import { newId } from '@turnout/runtime/ids';
import { openDb } from '@turnout/runtime/postgres';
import { givenProduct } from '@turnout/test-kit/given';
import { createTestVhost } from '@turnout/test-kit/test-vhost';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startCheckinService } from '../src/service.ts';
import { callService, type FrontDesk, openFrontDesk } from './front-desk.ts';
import { type GivenTicket, givenRunningEvent, givenTicket } from './given-ticket.ts';

const DESKS = 40;

describe('forty desks at two services', () => {
  const opened = new AsyncDisposableStack();
  let desk: FrontDesk;
  let eventId: string;
  let lunch: string;
  let urls: string[];

  beforeAll(async () => {
    desk = opened.use(await openFrontDesk());
    const vhost = opened.use(await createTestVhost());
    const second = opened.use(
      await startCheckinService({
        port: 0,
        host: '127.0.0.1',
        database: { url: desk.database.urlFor('checkin'), max: 10 },
        amqpUrl: vhost.amqpUrl,
        log: { level: 'silent' },
      }),
    );
    urls = [desk.url, second.url];
    eventId = await givenRunningEvent(desk);
    lunch = await givenProduct(desk.db, eventId);
  });
  afterAll(async () => {
    await opened.disposeAsync();
  });

  const withLunches = (quantity: number) =>
    givenTicket(desk, eventId, { lineItems: [{ productId: lunch, quantity }] });

  const redeem = (at: number, { accessCode, lineItemIds: [lineItemId] }: GivenTicket, scanId = newId()) =>
    callService(urls[at % 2] ?? '', 'POST', `/v1/events/${eventId}/redemptions`, {
      token: desk.organization.tokens.front_desk,
      body: { scanId, accessCode, lineItemId, station: `Buffet ${at}` },
    });

  const everywhere = async <T>(call: (at: number) => Promise<T>) =>
    await Promise.all(Array.from({ length: DESKS }, (_, at) => call(at)));

  const redeemed = async ({ id }: GivenTicket) =>
    (await desk.db.query('select 1 from attendance.redemptions where enrollment_id = $1', [id])).length;

  const broken = async () =>
    (await runInvariants(desk.database.url)).filter(({ offenders }) => offenders.length > 0);

  it('redeem the last one in the same instant: exactly one hands it out, the others hear that it is gone', async () => {
    for (const ticket of [await withLunches(1), await withLunches(1), await withLunches(1)]) {
      const answers = await everywhere((at) => redeem(at, ticket));
      expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
      const refused = answers.filter(({ status }) => status === 409);
      expect(refused.map(({ body }) => `${body.code} ${body.redeemed}/${body.quantity}`)).toEqual(
        Array(DESKS - 1).fill('fully_redeemed 1/1'),
      );
      expect(await redeemed(ticket)).toBe(1);
    }
    expect(await broken()).toEqual([]);
  });

  it('redeem some: as many hand out as were bought, and count down one by one', async () => {
    const ticket = await withLunches(7);
    const answers = await everywhere((at) => redeem(at, ticket));
    const left = answers.flatMap(({ status, body }) => (status === 201 ? [body.lineItem.remaining] : []));
    expect(left.sort()).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(await redeemed(ticket)).toBe(7);
  });

  it('send one redemption again and again: it spends one, and all hear the same', async () => {
    const ticket = await withLunches(5);
    const scanId = newId();
    const answers = await everywhere((at) => redeem(at % 2, ticket, scanId));
    expect(new Set(answers.map(({ body }) => JSON.stringify(body)))).toHaveProperty('size', 1);
    expect(answers.filter(({ headers }) => headers.get('idempotent-replayed') === null)).toHaveLength(1);
    expect(await redeemed(ticket)).toBe(1);
  });

  it('redeem while orders shrink and grow: nobody gets more than was bought, and no order falls below what was used', async () => {
    await using office = openDb({ url: desk.database.urlFor('admin'), max: 4, applicationName: 'office' });
    const products = await loadProducts(office, eventId, [lunch]);
    const tickets = await Promise.all(Array.from({ length: 8 }, () => withLunches(3)));
    const order = async ({ id }: GivenTicket, quantity: number) => {
      const wanted = {
        status: 'paid' as const,
        lineItems: quantity === 0 ? [] : [{ productId: lunch, quantity }],
      };
      const [outcome] = await changeEnrollments(
        office,
        { by: 'enrollments', organizationId: desk.organization.id, eventId, enrollmentIds: [id] },
        each(({ order: before }, _event, now) => {
          const decision = decideOrder(before, wanted, products, newId);
          if (decision.outcome !== 'changed') return { facts: [], result: decision.outcome };
          const after = { ...decision.order, createdAt: before?.createdAt ?? now, changedAt: now };
          return { facts: [{ kind: 'ordered', before, order: after, move: null }], result: decision.outcome };
        }),
        { actor: { type: 'system', id: 'test' }, cause: 'test' },
      );
      return outcome;
    };

    const given = (ticket: GivenTicket) => everywhere((at) => redeem(at, ticket));
    const answers = await Promise.all(
      tickets.map(async (ticket, index) => {
        const [handed] = await Promise.all([
          given(ticket),
          order(ticket, 1).then(() => order(ticket, index % 2 === 0 ? 0 : 4)),
        ]);
        return handed;
      }),
    );
    for (const [index, handed] of answers.entries()) {
      const codes = new Set(handed.map(({ status, body }) => body.code ?? status));
      for (const code of codes) expect([201, 'fully_redeemed', 'unknown_line_item']).toContain(code);
      const ticket = tickets[index];
      if (!ticket) throw new Error('no such ticket');
      const accepted = handed.filter(({ status }) => status === 201).length;
      expect(await redeemed(ticket)).toBe(accepted);
      const items = (await ticket.products()).body.items;
      if (accepted > 0) expect(items).toMatchObject([{ redeemed: accepted }]);
      for (const { remaining } of items) expect(remaining).toBeGreaterThanOrEqual(0);
    }
    expect(await broken()).toEqual([]);
  });
});
