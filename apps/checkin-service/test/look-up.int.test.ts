import { givenEnrollments, givenEvent, givenOrganization, threeDaysAroundNow } from '@turnout/test-kit/given';
import { isAnyoneWaiting } from '@turnout/test-kit/is-anyone-waiting';
import { waitUntil } from '@turnout/test-kit/wait-until';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type FrontDesk, type Json, openFrontDesk } from './front-desk.ts';

const DAY = 24 * 3_600_000;

describe('looking people up', () => {
  let desk: FrontDesk;
  let eventId: string;
  const rename = async (id: string, name: string, email: string) =>
    await desk.db.query(
      `update attendance.participants p set name = $2, email = $3
       from attendance.enrollments e where e.enrollment_id = $1 and e.participant_id = p.participant_id`,
      [id, name, email],
    );
  const search = (query: string, token?: string) =>
    desk.call('GET', `/v1/events/${eventId}/attendees?${query}`, token === undefined ? {} : { token });

  beforeAll(async () => {
    // One connection: a query outside its transaction would wait for ever.
    desk = await openFrontDesk({ pool: 1 });
    eventId = await givenEvent(desk.db, desk.organization.id, {
      ...threeDaysAroundNow(),
    });
  });
  afterAll(async () => {
    await desk?.[Symbol.asyncDispose]();
  });

  it('shows badge data: the first check-in, how many, and the days present', async () => {
    const [person] = await givenEnrollments(desk.db, desk.organization.id, eventId, 1);
    const yesterday = new Date(Date.now() - DAY + 60_000).toISOString();
    await desk.scan(eventId, { accessCode: person?.accessCode, station: 'Door B' });
    await desk.scan(eventId, { accessCode: person?.accessCode, scannedAt: yesterday, station: 'Door A' });
    await desk.scan(eventId, { accessCode: person?.accessCode, direction: 'exit' });
    const { status, body } = await desk.call('GET', `/v1/events/${eventId}/attendees/${person?.accessCode}`);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      displayName: person?.name,
      status: 'checked_in',
      firstCheckIn: { scannedAt: yesterday, station: 'Door A' },
      checkInCount: 2,
      presentDays: [expect.any(String), expect.any(String)],
    });
    const unknown = await desk.call('GET', `/v1/events/${eventId}/attendees/NOBODY`);
    expect(unknown).toMatchObject({ status: 404, body: { code: 'unknown_code' } });
  });

  it.each([
    ['Zoë Großmann', ['zoe', 'ZOE GROSS', 'zoe\u0308', 'gro\u00df']],
    ['Jose\u0301 \u0141\u00f8vstr\u00f8m', ['josé', 'jose', 'LOVSTROM', 'łøv']],
    ['이 소룡 \ufb01x', ['소룡', 'fix']],
  ])('finds %s as people type it', async (name, texts) => {
    const [person] = await givenEnrollments(desk.db, desk.organization.id, eventId, 1);
    await rename(person?.id ?? '', name, `${person?.id}@example.org`);
    for (const text of texts) {
      const { body } = await search(`search=${encodeURIComponent(text)}`);
      expect(body.items).toMatchObject([{ displayName: name }]);
    }
  });

  it('shows a person as of one instant, also while they are being checked in', async () => {
    const [person] = await givenEnrollments(desk.db, desk.organization.id, eventId, 1);
    let looking: ReturnType<typeof desk.call> | undefined;
    await desk.db.transaction(async (tx) => {
      await tx.query('lock table attendance.check_ins in access exclusive mode');
      looking = desk.call('GET', `/v1/events/${eventId}/attendees/${person?.accessCode}`);
      await waitUntil(() => isAnyoneWaiting(desk.db), { within: 5_000 });
      await tx.query(`update attendance.enrollments set status = 'checked_in' where enrollment_id = $1`, [
        person?.id,
      ]);
      await tx.query(
        `insert into attendance.check_ins
           (event_id, check_in_id, enrollment_id, day, scanned_at, recorded_at, direction, source, device_id)
         values ($1, gen_random_uuid(), $2, current_date, now(), now(), 'entry', 'override', gen_random_uuid())`,
        [eventId, person?.id],
      );
    });
    const { body } = (await looking) ?? {};
    expect([
      ['confirmed', 0],
      ['checked_in', 1],
    ]).toContainEqual([body?.status, body?.checkInCount]);
  });

  it('finds people by part of a name, in pages, and shows e-mail addresses to supervisors only', async () => {
    const people = await givenEnrollments(desk.db, desk.organization.id, eventId, 5);
    for (const [index, { id }] of people.entries()) {
      await rename(id, `Ärne Mü%ller ${index}`, `arne${index}@müller.example`);
    }
    const first = await search(`search=${encodeURIComponent('mü%LL')}&limit=3`);
    expect(first.body.items.map((item: Json) => item.displayName)).toEqual(
      [0, 1, 2].map((n) => `Ärne Mü%ller ${n}`),
    );
    expect(first.body.items[0]).not.toHaveProperty('email');
    const second = await search(
      `search=${encodeURIComponent('mü%LL')}&limit=3&cursor=${first.body.nextCursor}`,
    );
    expect(second.body).toMatchObject({ items: [{}, {}], nextCursor: null });
    expect(await search(`search=person&cursor=${first.body.nextCursor}`)).toMatchObject({
      status: 422,
      body: { errors: [{ path: 'cursor' }] },
    });
    expect((await search('search=arne3%40')).body.items).toEqual([]);
    const bySupervisor = await search('search=arne3%40', desk.organization.tokens.supervisor);
    expect(bySupervisor.body.items).toMatchObject([
      { displayName: 'Ärne Mü%ller 3', email: 'arne3@müller.example' },
    ]);
    expect((await search('search=%25%25')).body.items).toEqual([]);
  });

  it('lists nobody without a search of two characters, and knows its own cursors only', async () => {
    for (const query of [
      '',
      'search=a',
      'search=%20a%20',
      'search=e%CC%81',
      'search=%CC%81%CC%88',
      'search=%EA%B9%80',
      'search=ab&search=cd',
      'search=ab&limit=0',
      'search=ab&limit=201',
    ]) {
      expect(await search(query)).toMatchObject({ status: 422, body: { code: 'validation_failed' } });
    }
    const forged = Buffer.from(
      JSON.stringify([`attendees of ${eventId}`, desk.organization.id, 'x', 'y']),
    ).toString('base64url');
    for (const cursor of ['abc', forged]) {
      expect(await search(`search=ab&cursor=${cursor}`)).toMatchObject({
        status: 422,
        body: { errors: [{ path: 'cursor' }] },
      });
    }
  });

  it('is closed to other organizations', async () => {
    const others = await givenOrganization(desk.db);
    expect((await search('search=person', others.tokens.admin)).status).toBe(404);
  });
});

describe('statistics', () => {
  it('count people once, however often they go in and out', async () => {
    await using desk = await openFrontDesk();
    const eventId = await givenEvent(desk.db, desk.organization.id, {
      ...threeDaysAroundNow(),
    });
    const [ada, bob, eve] = await givenEnrollments(desk.db, desk.organization.id, eventId, 4);
    const at = (minutesAgo: number) => new Date(Date.now() - minutesAgo * 60_000).toISOString();
    await desk.scan(eventId, { accessCode: ada?.accessCode, station: 'Door A', scannedAt: at(9) });
    await desk.scan(eventId, { accessCode: ada?.accessCode, station: 'Door B', scannedAt: at(2) });
    await desk.scan(eventId, { accessCode: bob?.accessCode, station: 'Door A', scannedAt: at(8) });
    await desk.scan(eventId, { accessCode: bob?.accessCode, direction: 'exit', scannedAt: at(3) });
    await desk.scan(eventId, { accessCode: bob?.accessCode, station: 'Door A', scannedAt: at(5) });
    const undone = await desk.scan(eventId, { accessCode: eve?.accessCode, station: 'Door B' });
    await desk.call('POST', `/v1/events/${eventId}/check-ins/${undone.body.checkIn.id}/annulment`, {
      body: { reason: 'wrong person' },
    });
    const stats = (token: string) => desk.call('GET', `/v1/events/${eventId}/stats`, { token });
    expect((await stats(desk.organization.tokens.supervisor)).body).toEqual({
      enrolled: 4,
      byStatus: { confirmed: 2, checked_in: 2, attended: 0, no_show: 0, cancelled: 0 },
      checkInsByDay: expect.any(Array),
      checkInsByStation: [
        { station: 'Door A', checkIns: 3, people: 2 },
        { station: 'Door B', checkIns: 1, people: 1 },
      ],
      insideNow: 1,
    });
    expect((await stats(desk.organization.tokens.front_desk)).status).toBe(403);
  });
});
