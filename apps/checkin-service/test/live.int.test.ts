import { lookAtEvent } from '@turnout/attendance-store/door/look-at-event';
import { liveSnapshot } from '@turnout/contracts/http/live';
import { newId } from '@turnout/runtime/ids';
import type { Queryable } from '@turnout/runtime/postgres';
import {
  givenEnrollments,
  givenEvent,
  givenOrganization,
  givenToken,
  threeDaysAroundNow,
} from '@turnout/test-kit/given';
import { type Listener, listenTo } from '@turnout/test-kit/listen-to';
import { startProxy } from '@turnout/test-kit/start-proxy';
import { createTestVhost } from '@turnout/test-kit/test-vhost';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openLiveView } from '../src/live/live-view.ts';
import { startCheckinService } from '../src/service.ts';
import { type FrontDesk, openFrontDesk } from './front-desk.ts';

let desk: FrontDesk;
let eventId: string;
beforeAll(async () => {
  // One connection: a query outside its transaction would wait for ever.
  desk = await openFrontDesk({ pool: 1 });
});
afterAll(async () => {
  await desk?.[Symbol.asyncDispose]();
});
beforeEach(async () => {
  eventId = await givenEvent(desk.db, desk.organization.id, running);
});

const running = threeDaysAroundNow();

async function watch(headers: Record<string, string> = {}, token = desk.organization.tokens.supervisor) {
  return await listenTo(`${desk.url}/v1/events/${eventId}/live`, {
    Authorization: `Bearer ${token}`,
    ...headers,
  });
}

/** The next snapshot; what comes before it is not looked at. */
async function snapshot(listener: Listener) {
  for (;;) {
    const message = await listener.next();
    if (message === 'ended') throw new Error('the stream ended');
    if (message.event === 'snapshot') {
      return { id: message.id ?? '', ...liveSnapshot.parse(JSON.parse(message.data ?? '')) };
    }
  }
}

describe('watching an event', () => {
  it('shows how it stands at once, and each scan soon after it was answered', async () => {
    const [ada, bob] = await givenEnrollments(desk.db, desk.organization.id, eventId, 3);
    await using listener = await watch();
    expect(await snapshot(listener)).toMatchObject({
      enrolled: 3,
      byStatus: { confirmed: 3, checked_in: 0 },
      insideNow: 0,
      lastScans: [],
    });
    const first = await desk.scan(eventId, { accessCode: ada?.accessCode, station: 'Door A' });
    expect(await snapshot(listener)).toMatchObject({
      byStatus: { confirmed: 2, checked_in: 1 },
      insideNow: 1,
      lastScans: [
        {
          kind: 'check_in',
          outcome: 'accepted',
          refusal: null,
          displayName: 'Person 1',
          station: 'Door A',
          direction: 'entry',
          scannedAt: first.body.checkIn.scannedAt,
          recordedAt: first.body.checkIn.recordedAt,
        },
      ],
    });
    await desk.scan(eventId, { accessCode: 'no ticket' });
    expect((await snapshot(listener)).lastScans).toMatchObject([
      { outcome: 'refused', refusal: 'unknown_code', displayName: null },
      { outcome: 'accepted' },
    ]);
    await desk.scan(eventId, { accessCode: bob?.accessCode, direction: 'exit' });
    expect(await snapshot(listener)).toMatchObject({
      insideNow: 1,
      lastScans: [{ direction: 'exit' }, {}, {}],
    });
  });

  it('shows what changed without a scan: a new enrollment, an annulment', async () => {
    const [ada] = await givenEnrollments(desk.db, desk.organization.id, eventId, 1);
    const scan = await desk.scan(eventId, { accessCode: ada?.accessCode });
    await using listener = await watch();
    expect(await snapshot(listener)).toMatchObject({ enrolled: 1, insideNow: 1 });
    await givenEnrollments(desk.db, desk.organization.id, eventId, 1);
    expect(await snapshot(listener)).toMatchObject({ enrolled: 2, insideNow: 1 });
    await desk.call('POST', `/v1/events/${eventId}/check-ins/${scan.body.checkIn.id}/annulment`, {
      body: { reason: 'wrong person' },
    });
    expect(await snapshot(listener)).toMatchObject({ insideNow: 0, byStatus: { confirmed: 2 } });
  });

  it('shows who comes back what was missed meanwhile', async () => {
    const [ada] = await givenEnrollments(desk.db, desk.organization.id, eventId, 1);
    const scan = () => desk.scan(eventId, { scanId: newId(), accessCode: ada?.accessCode });
    const listener = await watch();
    const { id } = await snapshot(listener);
    await listener[Symbol.asyncDispose]();
    for (let n = 0; n < 30; n += 1) await scan();
    await using fresh = await watch();
    await expect.poll(async () => (await snapshot(fresh)).lastScans.length).toBe(20);
    await using back = await watch({ 'Last-Event-ID': id });
    const again = await snapshot(back);
    expect(again.lastScans).toHaveLength(30);
    expect(again.lastScans).toEqual(
      again.lastScans.toSorted((a, b) => (a.recordedAt < b.recordedAt ? 1 : -1)),
    );
    await scan();
    expect((await snapshot(back)).lastScans).toHaveLength(20);
    for (const unknown of ['7', 'yesterday', '9999-99-99T99:99:99.999Z', '{"__proto__":1}']) {
      await using confused = await watch({ 'Last-Event-ID': unknown });
      expect((await snapshot(confused)).lastScans).toHaveLength(20);
    }
  });

  it('costs one query a second, however many watch', async () => {
    await givenEnrollments(desk.db, desk.organization.id, eventId, 2);
    let queries = 0;
    const counting: Queryable = {
      query: (statement, values) => {
        queries += 1;
        return desk.db.query(statement, values);
      },
    };
    await using view = openLiveView((id) => lookAtEvent(counting, id), { warn() {}, error() {} } as never);
    const leaving = new AbortController();
    const listeners = Array.from({ length: 200 }, () =>
      view.follow(eventId, leaving.signal)[Symbol.asyncIterator](),
    );
    for (const { value } of await Promise.all(listeners.map((listener) => listener.next()))) {
      expect(value).toMatchObject({ byStatus: { confirmed: 2 } });
    }
    expect(queries).toBe(1);
    await givenEnrollments(desk.db, desk.organization.id, eventId, 1);
    for (const { value } of await Promise.all(listeners.map((listener) => listener.next()))) {
      expect(value).toMatchObject({ byStatus: { confirmed: 3 } });
    }
    expect(queries).toBe(2);
    leaving.abort();
  });
});

describe('may watch', () => {
  it.each(['supervisor', 'admin', 'auditor'] as const)('a token of role %s', async (role) => {
    await using listener = await watch({}, desk.organization.tokens[role]);
    expect(listener.status).toBe(200);
  });

  it('not the front desk, and nobody without a token', async () => {
    await using front = await watch({}, desk.organization.tokens.front_desk);
    expect(front.status).toBe(403);
    expect((await fetch(`${desk.url}/v1/events/${eventId}/live`)).status).toBe(401);
  });

  it('nobody of another organization, or outside of the scope: to them it does not exist', async () => {
    const others = await givenOrganization(desk.db);
    const elsewhere = await givenEvent(desk.db, desk.organization.id, running);
    const scoped = await givenToken(desk.db, desk.organization.id, 'supervisor', { eventIds: [elsewhere] });
    const seen = async (id: string, token: string) => {
      const { status, body } = await desk.call('GET', `/v1/events/${id}/live`, { token });
      return { status, body: { ...body, requestId: '' } };
    };
    const missing = await seen(newId(), others.tokens.admin);
    expect(missing).toMatchObject({ status: 404, body: { code: 'not_found' } });
    expect(await seen(eventId, others.tokens.admin)).toEqual(missing);
    expect(await seen(eventId, scoped)).toEqual(missing);
  });

  it('nobody whose token was revoked, from a few seconds later on', async () => {
    const token = await givenToken(desk.db, desk.organization.id, 'supervisor');
    await using listener = await watch({}, token);
    await snapshot(listener);
    await desk.db.query(
      `update access.tokens set revoked_at = clock_timestamp() where token_id = replace($1, '-', '')::uuid`,
      [token.split('_')[1]],
    );
    while ((await listener.next()) !== 'ended');
  });
});

describe('when PostgreSQL is away', () => {
  it('the stream stays open, and goes on when it is back', async () => {
    await using proxy = await startProxy(desk.database.urlFor('checkin'));
    await using vhost = await createTestVhost();
    await using throughProxy = await startCheckinService({
      port: 0,
      host: '127.0.0.1',
      database: { url: proxy.url, max: 2 },
      amqpUrl: vhost.amqpUrl,
      log: { level: 'silent' },
    });
    const [ada] = await givenEnrollments(desk.db, desk.organization.id, eventId, 1);
    await using listener = await listenTo(`${throughProxy.url}/v1/events/${eventId}/live`, {
      Authorization: `Bearer ${desk.organization.tokens.supervisor}`,
    });
    await snapshot(listener);
    proxy.cut();
    expect((await desk.scan(eventId, { accessCode: ada?.accessCode })).status).toBe(201);
    const heard = snapshot(listener);
    const refused = async () =>
      (await fetch(`${throughProxy.url}/v1/events/${eventId}/stats`, {
        headers: { Authorization: `Bearer ${desk.organization.tokens.supervisor}` },
      }).then(({ status }) => status)) === 503;
    await expect.poll(refused).toBe(true);
    proxy.heal();
    expect(await heard).toMatchObject({ insideNow: 1, lastScans: [{ displayName: 'Person 1' }] });
  });
});

describe('stopping the service', () => {
  it('ends the streams and does not wait for them', async () => {
    const own = await openFrontDesk();
    const id = await givenEvent(own.db, own.organization.id, running);
    await using listener = await listenTo(`${own.url}/v1/events/${id}/live`, {
      Authorization: `Bearer ${own.organization.tokens.admin}`,
    });
    await snapshot(listener);
    const startedAt = performance.now();
    await own[Symbol.asyncDispose]();
    expect(performance.now() - startedAt).toBeLessThan(4_000);
    expect(await listener.next()).toBe('ended');
  });
});
