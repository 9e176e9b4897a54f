import { roster } from '@turnout/contracts/http/roster';
import { newId } from '@turnout/runtime/ids';
import {
  type EventFacts,
  type GivenEnrollment,
  givenEnrollments,
  givenEvent,
  givenOrganization,
  givenToken,
} from '@turnout/test-kit/given';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type FrontDesk, type Json, openFrontDesk } from './front-desk.ts';
import { OfflineDevice } from './offline-device.ts';

const HOUR = 3_600_000;
const inHours = (hours: number) => new Date(Date.now() + hours * HOUR);
const running = { starts_at: inHours(-24), ends_at: inHours(24) };

let desk: FrontDesk;
beforeAll(async () => {
  // One connection: a query outside its transaction would wait for ever.
  desk = await openFrontDesk({ pool: 1 });
});
afterAll(async () => {
  await desk?.[Symbol.asyncDispose]();
});

async function given(people: number, facts: EventFacts = running): Promise<[string, GivenEnrollment[]]> {
  const eventId = await givenEvent(desk.db, desk.organization.id, facts);
  return [eventId, await givenEnrollments(desk.db, desk.organization.id, eventId, people)];
}

const ask = async (eventId: string, query = '', token = desk.organization.tokens.front_desk) =>
  await desk.call('GET', `/v1/events/${eventId}/roster?${query}`, { token });

function deviceOf(eventId: string, limit = 200): OfflineDevice {
  return new OfflineDevice(async (cursor) => {
    const { body } = await ask(eventId, `limit=${limit}${cursor === null ? '' : `&cursor=${cursor}`}`);
    return roster.parse(body);
  });
}

/** Makes all of an event older than devices look back. */
async function longAgo(eventId: string): Promise<void> {
  await desk.db.transaction(async (tx) => {
    await tx.query('alter table attendance.transitions disable trigger transitions_are_final');
    await tx.query(
      `update attendance.transitions set at = at - interval '1 hour' where event_id = '${eventId}'`,
    );
    await tx.query('alter table attendance.transitions enable trigger transitions_are_final');
    await tx.query(
      `update attendance.scans set recorded_at = recorded_at - interval '1 hour' where event_id = '${eventId}'`,
    );
    await tx.query(`update attendance.participants set changed_at = changed_at - interval '1 hour'`);
  });
}

const annul = (eventId: string, checkInId: string) =>
  desk.call('POST', `/v1/events/${eventId}/check-ins/${checkInId}/annulment`, {
    body: { reason: 'wrong person' },
    token: desk.organization.tokens.supervisor,
  });

async function cancel(eventId: string, { id }: GivenEnrollment): Promise<void> {
  await desk.db.query(
    `with cancelled as (
       update attendance.enrollments
       set status = 'cancelled', version = version + 1, cancelled_at = clock_timestamp()
       where event_id = $1 and enrollment_id = $2 returning *)
     insert into attendance.transitions
       (event_id, enrollment_id, version, transition_id, organization_id, from_status, to_status, triggered_by, actor,
        reason, at, cause)
     select event_id, enrollment_id, version, gen_random_uuid(), organization_id, 'confirmed', 'cancelled', 'admin', '{}',
       'ill', clock_timestamp(), 'test' from cancelled`,
    [eventId, id],
  );
}

async function order(eventId: string, { id }: GivenEnrollment, status: string): Promise<void> {
  await desk.db.query(
    `insert into attendance.orders (event_id, enrollment_id, status) values ($1, $2, $3)
     on conflict (event_id, enrollment_id) do update set status = excluded.status, changed_at = clock_timestamp()`,
    [eventId, id, status],
  );
}

const one = <Item>(items: readonly Item[], index = 0): Item => {
  const item = items[index];
  if (item === undefined) throw new Error(`there is no item ${index}`);
  return item;
};

describe('a roster', () => {
  it('tells a device with a badge in front of it who that is, and what they did', async () => {
    const [eventId, people] = await given(2);
    const ada = one(people);
    await desk.db.query(
      `update attendance.enrollments set ticket_type = 'Speaker' where event_id = $1 and enrollment_id = $2`,
      [eventId, ada.id],
    );
    const { body } = await desk.scan(eventId, { accessCode: ada.accessCode, station: 'Door A' });
    const device = deviceOf(eventId);
    await device.update();
    expect(await device.open(ada.accessCode)).toEqual({
      enrollmentId: ada.id,
      displayName: 'Person 1',
      ticketType: 'Speaker',
    });
    const entry = [...device.entries.values()].find(({ version }) => version === 2);
    const { day, scannedAt } = body.checkIn;
    expect(entry).toMatchObject({
      status: 'checked_in',
      cancelled: false,
      orderPaid: true,
      entries: [{ day, scannedAt, station: 'Door A' }],
    });
  });

  it('gives away no name, address, code, id or ticket type', async () => {
    const [eventId, people] = await given(5);
    await desk.db.query(`update attendance.enrollments set ticket_type = 'Speaker' where event_id = $1`, [
      eventId,
    ]);
    await desk.scan(eventId, { accessCode: one(people).accessCode });
    const device = deviceOf(eventId, 2);
    await device.update();
    const participants = await desk.db.query<{ participant_id: string }>(
      'select participant_id from attendance.enrollments where event_id = $1',
      [eventId],
    );
    const secrets = [
      'Person',
      'example.org',
      'Speaker',
      ...people.flatMap(({ id, accessCode }) => [id, accessCode]),
      ...participants.map(({ participant_id }) => participant_id),
    ];
    const atRest = JSON.stringify([...device.entries.values()]) + decoded(device.cursor);
    for (const secret of secrets) {
      for (const text of [secret, Buffer.from(secret).toString('hex'), secret.replaceAll('-', '')]) {
        expect(device.received).not.toContain(text);
        expect(atRest).not.toContain(text);
      }
    }
    const names = Object.keys(one([...device.entries.values()])).sort();
    expect(names).toEqual(['cancelled', 'entries', 'key', 'orderPaid', 'sealed', 'status', 'version']);
  });

  it('comes in pages, everybody once, and says when that was all', async () => {
    const [eventId, people] = await given(5);
    const first = await ask(eventId, 'limit=2');
    expect(first.body).toMatchObject({ items: [{}, {}], more: true });
    const device = deviceOf(eventId, 2);
    expect(await device.update()).toBe(5);
    for (const { id, accessCode } of people) {
      expect(await device.open(accessCode)).toMatchObject({ enrollmentId: id });
    }
    const exactly = deviceOf(eventId, 5);
    expect(await exactly.update()).toBe(5);
    expect((await ask(eventId, 'limit=5')).body.more).toBe(false);
  });

  it('is there for an event without anybody, too', async () => {
    const [eventId] = await given(0);
    const { body } = await ask(eventId);
    expect(body).toMatchObject({ items: [], more: false, nextCursor: expect.any(String) });
  });

  it('has the latest fifty entries that count, by the time they were made', async () => {
    const [eventId, [ada]] = await given(1);
    const accessCode = ada?.accessCode;
    const scans = Array.from({ length: 53 }, (_, n) => ({
      scanId: newId(),
      accessCode,
      station: `${n}`,
      scannedAt: inHours(-1 - n / 100).toISOString(),
    }));
    const { body } = await desk.call('POST', `/v1/events/${eventId}/check-ins/batch`, { body: { scans } });
    await annul(eventId, body.results[0].body.checkIn.id);
    await desk.scan(eventId, { accessCode, direction: 'exit', station: 'exit' });
    await desk.db.query(
      `update attendance.check_ins set turned_away = true where event_id = $1 and station = '1'`,
      [eventId],
    );
    const { items } = (await ask(eventId)).body;
    expect(items[0].entries.map(({ station }: Json) => station)).toEqual(
      Array.from({ length: 50 }, (_, n) => `${51 - n}`),
    );
  });

  it('says how the event runs, with the instants that its rules come to', async () => {
    const [eventId] = await given(0, {
      starts_at: new Date('2026-10-24T16:00:00Z'),
      ends_at: new Date('2026-10-26T04:00:00Z'),
      day_boundary: '04:00',
      reentry: 'once_per_day',
    });
    const { event, sealing, serverTime } = (await ask(eventId)).body;
    expect(event).toEqual({
      id: eventId,
      name: 'TypeScript Days',
      timeZone: 'Europe/Berlin',
      dayBoundary: '04:00',
      startsAt: '2026-10-24T16:00:00.000Z',
      endsAt: '2026-10-26T04:00:00.000Z',
      admissionOpensAt: '2026-10-24T02:00:00.000Z',
      reentry: 'once_per_day',
      cancelledAt: null,
      // The clock goes back in the night of the second day.
      days: [
        { day: '2026-10-24', startsAt: '2026-10-24T02:00:00.000Z', endsAt: '2026-10-25T03:00:00.000Z' },
        { day: '2026-10-25', startsAt: '2026-10-25T03:00:00.000Z', endsAt: '2026-10-26T03:00:00.000Z' },
        { day: '2026-10-26', startsAt: '2026-10-26T03:00:00.000Z', endsAt: '2026-10-27T03:00:00.000Z' },
      ],
    });
    expect(sealing).toEqual({
      kdf: 'HKDF-SHA-256',
      salt: eventId,
      info: 'turnout roster v1',
      cipher: 'AES-256-GCM',
    });
    expect(Math.abs(Date.parse(serverTime) - Date.now())).toBeLessThan(10_000);
  });
});

describe('a cursor at the end', () => {
  it('is quiet while nothing changes', async () => {
    const [eventId] = await given(3);
    await longAgo(eventId);
    const device = deviceOf(eventId);
    expect(await device.update()).toBe(3);
    expect(await device.update()).toBe(0);
    expect(device.cursor).toEqual(expect.any(String));
  });

  type Change = (eventId: string, person: GivenEnrollment) => Promise<unknown>;
  it.each<[string, Change, object]>([
    [
      'a check-in',
      (eventId, { accessCode }) => desk.scan(eventId, { accessCode }),
      { status: 'checked_in', entries: [{}] },
    ],
    ['a cancellation', cancel, { status: 'cancelled', cancelled: true, version: 2 }],
    ['an order', (eventId, person) => order(eventId, person, 'pending'), { orderPaid: false }],
    [
      'an order that was paid',
      async (eventId, person) => {
        await order(eventId, person, 'pending');
        await order(eventId, person, 'partially_refunded');
      },
      { orderPaid: true },
    ],
    [
      'an admission by an admin',
      async (eventId, { id, accessCode }) => {
        await desk.scan(eventId, { accessCode });
        await desk.db.query(
          `update attendance.check_ins set source = 'override', scan_id = null where event_id = $1 and enrollment_id = $2`,
          [eventId, id],
        );
        await desk.db.query(
          `update attendance.scans set recorded_at = recorded_at - interval '1 hour' where event_id = $1`,
          [eventId],
        );
      },
      { status: 'checked_in', entries: [{}] },
    ],
  ])('brings %s, and only that', async (_title, change, expected) => {
    const [eventId, people] = await given(4);
    await longAgo(eventId);
    const device = deviceOf(eventId);
    await device.update();
    const { key } = one((await ask(eventId, 'limit=2')).body.items as Json[], 1);
    await change(eventId, one(people, 1));
    const { items } = (await ask(eventId, `cursor=${device.cursor}`)).body;
    expect(items).toMatchObject([{ key, ...expected }]);
  });

  it('brings a further entry, an annulment, a new name and a new ticket', async () => {
    const [eventId, people] = await given(3);
    const { id, accessCode } = one(people);
    const first = await desk.scan(eventId, { accessCode });
    await longAgo(eventId);
    const device = deviceOf(eventId, 1);
    await device.update();
    const changes = async () => (await ask(eventId, `cursor=${device.cursor}`)).body.items;
    expect(await changes()).toEqual([]);
    const second = await desk.scan(eventId, { accessCode });
    expect(await changes()).toMatchObject([{ entries: [{}, {}] }]);
    await longAgo(eventId);
    await annul(eventId, second.body.checkIn.id);
    expect(await changes()).toMatchObject([{ entries: [{ scannedAt: first.body.checkIn.scannedAt }] }]);
    await desk.db.query(
      `update attendance.check_ins set annulled_at = annulled_at - interval '1 hour' where annulled_at is not null`,
    );
    expect(await changes()).toEqual([]);
    await desk.db.query(
      `update attendance.participants p set name = 'Zoë', changed_at = clock_timestamp()
       from attendance.enrollments e where e.enrollment_id = $1 and e.participant_id = p.participant_id`,
      [id],
    );
    const [newcomer] = await givenEnrollments(desk.db, desk.organization.id, eventId, 1);
    expect(await device.update()).toBe(2);
    expect(await device.open(accessCode)).toMatchObject({ displayName: 'Zoë' });
    expect(await device.open(newcomer?.accessCode ?? '')).toMatchObject({ enrollmentId: newcomer?.id });
  });

  it('takes an entry back when the device that made it says later that it turned the person away', async () => {
    const [eventId, people] = await given(2);
    const scan = { scanId: newId(), accessCode: one(people).accessCode };
    await desk.scan(eventId, scan);
    await longAgo(eventId);
    const device = deviceOf(eventId);
    await device.update();
    const entries = () => [...device.entries.values()].flatMap((person) => person.entries);
    expect(entries()).toHaveLength(1);
    await desk.scan(eventId, { ...scan, deviceDecision: 'turned_away' });
    expect(await device.update()).toBe(1);
    expect(entries()).toEqual([]);
  });

  it('brings changes in pages, too', async () => {
    const [eventId, people] = await given(6);
    await longAgo(eventId);
    const device = deviceOf(eventId, 2);
    await device.update();
    for (const { accessCode } of people.slice(0, 5)) await desk.scan(eventId, { accessCode });
    expect((await ask(eventId, `limit=2&cursor=${device.cursor}`)).body).toMatchObject({
      items: [{}, {}],
      more: true,
    });
    expect(await device.update()).toBe(5);
  });

  it('brings what was recorded before it and committed after it', async () => {
    const [eventId, people] = await given(2);
    const { accessCode } = one(people);
    const { body } = await desk.scan(eventId, { accessCode });
    await longAgo(eventId);
    const device = deviceOf(eventId);
    await desk.db.transaction(async (tx) => {
      await tx.query(
        `update attendance.check_ins
         set annulled_at = clock_timestamp() - interval '50 seconds', annulled_by = '{}', annulment_reason = 'late'
         where event_id = $1 and check_in_id = $2`,
        [eventId, body.checkIn.id],
      );
      await device.update();
      expect(await device.update()).toBe(0);
      expect([...device.entries.values()].flatMap(({ entries }) => entries)).toHaveLength(1);
    });
    expect(await device.update()).toBe(1);
    expect([...device.entries.values()].flatMap(({ entries }) => entries)).toEqual([]);
  });

  it('brings what changed while the pages of a round were asked for', async () => {
    const [eventId, people] = await given(4);
    await longAgo(eventId);
    const first = (await ask(eventId, 'limit=2')).body;
    await desk.scan(eventId, { accessCode: one(people).accessCode });
    const second = (await ask(eventId, `limit=2&cursor=${first.nextCursor}`)).body;
    expect(second).toMatchObject({ items: [{ version: 1 }, { version: 1 }], more: false });
    const { items } = (await ask(eventId, `cursor=${second.nextCursor}`)).body;
    expect(items).toMatchObject([{ key: first.items[0].key, status: 'checked_in' }]);
  });

  it('brings a changed event with every page', async () => {
    const [eventId] = await given(1);
    const device = deviceOf(eventId);
    await device.update();
    await desk.db.query(
      `update attendance.events set cancelled_at = now(), cancellation_reason = 'storm', reentry = 'once' where event_id = $1`,
      [eventId],
    );
    await device.update();
    expect(device.event).toMatchObject({ cancelledAt: expect.any(String), reentry: 'once' });
  });
});

describe('a device decides alone as the server does', () => {
  type Prepare = (eventId: string, person: GivenEnrollment) => Promise<unknown>;
  const scanned =
    (hoursAgo: number): Prepare =>
    (eventId, { accessCode }) =>
      desk.scan(eventId, { accessCode, scannedAt: inHours(-hoursAgo).toISOString() });
  const nothing: Prepare = async () => {};
  const unpaid: Prepare = (eventId, person) => order(eventId, person, 'refunded');

  it.each<[string, EventFacts, Prepare, string]>([
    ['somebody new', {}, nothing, 'admitted'],
    ['a second time where that is allowed', {}, scanned(1), 'admitted'],
    ['a second time with once', { reentry: 'once' }, scanned(25), 'already_checked_in'],
    [
      'after an entry that was annulled',
      { reentry: 'once' },
      async (eventId, { accessCode }) => {
        const { body } = await desk.scan(eventId, { accessCode });
        expect((await annul(eventId, body.checkIn.id)).status).toBe(200);
      },
      'admitted',
    ],
    ['a second time that day', { reentry: 'once_per_day' }, scanned(0), 'already_checked_in'],
    ['the day after', { reentry: 'once_per_day' }, scanned(24), 'admitted'],
    ['a cancelled ticket', {}, cancel, 'enrollment_cancelled'],
    ['an order that is not paid', {}, unpaid, 'order_unpaid'],
    [
      'a cancelled event',
      { cancelled_at: new Date(), cancellation_reason: 'storm' },
      nothing,
      'event_cancelled',
    ],
    ['the day before', { starts_at: inHours(25), ends_at: inHours(50) }, nothing, 'not_open_yet'],
    ['before admission opens', { admission_opens_at: inHours(1) }, nothing, 'not_open_yet'],
    ['the day after the end', { starts_at: inHours(-50), ends_at: inHours(-24) }, nothing, 'event_ended'],
    [
      'someone who helped to set up',
      { reentry: 'once', starts_at: inHours(-1), admission_opens_at: inHours(-72) },
      scanned(48),
      'admitted',
    ],
    [
      'a second time while setting up',
      { reentry: 'once', starts_at: inHours(48), ends_at: inHours(72), admission_opens_at: inHours(-72) },
      scanned(24),
      'already_checked_in',
    ],
    [
      'a second time that set-up day',
      {
        reentry: 'once_per_day',
        starts_at: inHours(48),
        ends_at: inHours(72),
        admission_opens_at: inHours(-72),
      },
      scanned(0),
      'already_checked_in',
    ],
  ])('about %s', async (_title, facts, prepare, expected) => {
    const [eventId, people] = await given(1, { ...running, starts_at: inHours(-48), ...facts });
    const person = one(people);
    await prepare(eventId, person);
    const device = deviceOf(eventId);
    await device.update();
    expect(await device.decide(person.accessCode)).toBe(expected);
    const { status, body } = await desk.scan(eventId, { accessCode: person.accessCode });
    expect(status === 201 ? 'admitted' : body.code).toBe(expected);
  });

  it('about a code that is no ticket here, and about a second scan of its own', async () => {
    const [eventId, people] = await given(1, { ...running, reentry: 'once' });
    const device = deviceOf(eventId);
    await device.update();
    expect(await device.decide('NOBODY')).toBe('unknown_code');
    expect(await device.decide(one(people).accessCode)).toBe('admitted');
    expect(await device.decide(one(people).accessCode)).toBe('already_checked_in');
  });
});

describe('a roster is refused', () => {
  it('for a cursor that is none of its own', async () => {
    const [eventId] = await given(3);
    const [elsewhere] = await given(3);
    const { nextCursor: inside } = (await ask(eventId, 'limit=1')).body;
    const { nextCursor: atRest } = (await ask(eventId)).body;
    const forge = (...key: unknown[]) =>
      Buffer.from(JSON.stringify([`roster of ${eventId}`, desk.organization.id, ...key])).toString(
        'base64url',
      );
    for (const cursor of [
      '',
      'abc',
      'a'.repeat(1001),
      forge(),
      forge('everybody'),
      forge('yesterday'),
      forge('2026-02-30T00:00:00.000Z'),
      forge('everybody', '2026-05-01T00:00:00.000Z', 'x'),
      forge('everybody', 'x', newId()),
      forge(1, 2, 3),
      forge('2026-05-01T00:00:00.000Z', newId()),
    ]) {
      expect(await ask(eventId, `cursor=${cursor}`)).toMatchObject({
        status: 422,
        body: { errors: [{ path: 'cursor' }] },
      });
    }
    for (const cursor of [inside, atRest]) {
      expect((await ask(eventId, `cursor=${cursor}`)).status).toBe(200);
      expect((await ask(elsewhere, `cursor=${cursor}`)).status).toBe(422);
    }
    for (const time of ['0000-01-01T00:00:00.000Z', '9999-12-31T23:59:59.999Z']) {
      expect((await ask(eventId, `cursor=${forge(time)}`)).status).toBe(200);
      expect((await ask(eventId, `cursor=${forge(time, time, newId())}`)).status).toBe(200);
    }
  });

  it('for a limit or a parameter that there is not', async () => {
    const [eventId] = await given(1);
    for (const query of ['limit=0', 'limit=201', 'limit=x', 'search=ada', 'limit=1&limit=2']) {
      expect((await ask(eventId, query)).status).toBe(422);
    }
  });

  it('to nobody in particular and to devices of other events, but to no role', async () => {
    const [eventId] = await given(1);
    const [elsewhere] = await given(1);
    const { tokens, id } = desk.organization;
    expect((await desk.call('GET', `/v1/events/${eventId}/roster`, { token: 'x' })).status).toBe(401);
    for (const role of ['front_desk', 'supervisor', 'admin', 'auditor'] as const) {
      expect((await ask(eventId, '', tokens[role])).status).toBe(200);
    }
    const others = await givenOrganization(desk.db);
    const scoped = await givenToken(desk.db, id, 'front_desk', { eventIds: [elsewhere] });
    const seen = async (event: string, token: string) => {
      const { status, body } = await ask(event, '', token);
      return { status, body: { ...body, requestId: '' } };
    };
    const missing = await seen(newId(), others.tokens.admin);
    expect(missing).toMatchObject({ status: 404, body: { code: 'not_found' } });
    expect(await seen(eventId, others.tokens.admin)).toEqual(missing);
    expect(await seen(eventId, scoped)).toEqual(missing);
    expect((await seen(elsewhere, scoped)).status).toBe(200);
  });
});

function decoded(cursor: string | null): string {
  return Buffer.from(cursor ?? '', 'base64url').toString('utf8');
}
