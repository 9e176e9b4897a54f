import { enrollmentBody, enrollmentStory } from '@turnout/contracts/http/enrollments';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AdminUnderTest, startAdminUnderTest } from './admin-under-test.ts';
import { nobody } from './examples.ts';
import { givenCheckIn, givenClosure, givenEnrollment, givenEvent } from './given.ts';

let service: AdminUnderTest;
beforeAll(async () => {
  service = await startAdminUnderTest();
});
afterAll(() => service[Symbol.asyncDispose]());

async function walk(path: string, query: string): Promise<string[]> {
  const ids: string[] = [];
  for (let cursor: string | null = ''; cursor !== null; ) {
    const next: string = cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`;
    const { status, text, body } = await service.admin.get(`${path}?${query}${next}`);
    if (status !== 200) throw new Error(text);
    ids.push(...body.items.map((item: { id: string }) => item.id));
    cursor = body.nextCursor;
  }
  return ids;
}

describe('listing enrollments', () => {
  let eventId: string;
  let path: string;
  const names = ['Anna Müller', 'Ben Ångström', '100% Clara', 'Dora_Under', 'Émile\\Slash', "O'Brien"];
  const ids: string[] = [];
  beforeAll(async () => {
    eventId = await givenEvent(service);
    path = `/v1/events/${eventId}/enrollments`;
    for (const [index, name] of names.entries()) {
      const facts = { name, email: `p${index}@List.example.org`, externalId: `List-${index}` };
      ids.push(await givenEnrollment(service, eventId, facts));
    }
    await service.admin.post(`${path}/${ids[0]}/access-code`, { accessCode: 'BADGE-100%' });
    await service.admin.patch(`${path}/${ids[5]}`, { ticketType: 'Speaker' });
    await service.admin.post(`${path}/${ids[1]}/cancellation`, { reason: 'ill' });
  });

  it('walks through all of them once, in the order of enrolling', async () => {
    expect(await walk(path, 'limit=2')).toEqual(ids);
    const { body } = await service.admin.get(path);
    expect(body.nextCursor).toBeNull();
    for (const item of body.items) expect(enrollmentBody.safeParse(item).error).toBeUndefined();
  });

  it('filters by status, page by page', async () => {
    const confirmed = ids.filter((_, index) => index !== 1);
    expect(await walk(path, 'status=confirmed&limit=2')).toEqual(confirmed);
    expect(await walk(path, 'status=cancelled')).toEqual([ids[1]]);
    expect(await walk(path, 'status=attended')).toEqual([]);
  });

  it.each([
    ['part of a name', 'ller', [0]],
    ['a name in other letters', 'ANNA MÜ', [0]],
    ['letters with marks, upper for lower', 'ÅNGSTRÖM', [1]],
    ['letters without their marks', 'angstrom', [1]],
    ['letters with their marks apart, as some keyboards have them', 'A\u030angstro\u0308m', [1]],
    ['a mark without a letter', '\u0308', []],
    ['part of an address', 'p3@list', [3]],
    ['every address', '@list.example', [0, 1, 2, 3, 4, 5]],
    ['a percent sign, which stands for itself', '0%', [2]],
    ['an underscore, which stands for itself', 'a_u', [3]],
    ['a backslash, which stands for itself', '\\', [4]],
    ['one letter', 'z', []],
    ['a quote', "o'b", [5]],
    ['an externalId', 'List-3', [3]],
    ['an externalId in other letters, which is another', 'lIST-3', []],
    ['an access code', 'BADGE-100%', [0]],
    ['part of an access code, which nobody has to guess', 'BADGE-1', []],
    ['a statement', "'; drop table attendance.enrollments; --", []],
    ['placeholders', ':eventId $1 ?', []],
  ])('finds %s', async (_what, search, found) => {
    expect(await walk(path, `search=${encodeURIComponent(search)}&limit=4`)).toEqual(
      found.map((index) => ids[index]),
    );
  });

  it('filters by ticket type, also together with others', async () => {
    expect(await walk(path, 'ticketType=Speaker')).toEqual([ids[5]]);
    expect(await walk(path, 'ticketType=Speaker&status=confirmed&search=brien')).toEqual([ids[5]]);
    expect(await walk(path, 'ticketType=Speaker&search=anna')).toEqual([]);
  });

  it('refuses filters that cannot be, and cursors of another list', async () => {
    const elsewhere = await givenEvent(service);
    await givenEnrollment(service, elsewhere);
    await givenEnrollment(service, elsewhere);
    const cursorOf = async (list: string) => (await service.admin.get(list)).body.nextCursor;
    const foreign = [
      await cursorOf(`/v1/events/${elsewhere}/enrollments?limit=1`),
      await cursorOf(`/v1/events/${eventId}/transitions?limit=1`),
      await cursorOf('/v1/events?limit=1'),
      await cursorOf(`${path}?limit=1&status=confirmed`),
      await cursorOf(`${path}?limit=1&search=example`),
      Buffer.from('["enrollments"]').toString('base64url'),
    ];
    for (const cursor of foreign) {
      expect(cursor).toEqual(expect.any(String));
      const { body } = await service.admin.get(`${path}?cursor=${encodeURIComponent(cursor)}`);
      expect(body).toMatchObject({ status: 422, code: 'validation_failed', errors: [{ path: 'cursor' }] });
    }
    for (const query of [
      'status=here',
      'search=',
      'search=%20',
      'search=%00',
      'status=confirmed&status=cancelled',
    ]) {
      expect((await service.admin.get(`${path}?${query}`)).body).toMatchObject({ status: 422 });
    }
    expect((await service.admin.get(`${path}?search=%ff`)).body).toMatchObject({ status: 400 });
  });

  it('answers 404 for an event that is not there', async () => {
    expect((await service.admin.get(`/v1/events/${nobody}/enrollments`)).status).toBe(404);
  });
});

describe('reading one enrollment', () => {
  it('tells the whole story, with the verdict that the rule would give now', async () => {
    const eventId = await givenEvent(service);
    const enrollmentId = await givenEnrollment(service, eventId);
    const read = async () =>
      (await service.admin.get(`/v1/events/${eventId}/enrollments/${enrollmentId}`)).body;
    await givenCheckIn(service, { eventId, enrollmentId, scannedAt: '2026-05-01T09:30:00+02:00' });
    await givenCheckIn(service, { eventId, enrollmentId, scannedAt: '2026-05-01T10:30:00+02:00' });

    const once = await read();
    expect(enrollmentStory.safeParse(once).error).toBeUndefined();
    expect(once).toMatchObject({ status: 'checked_in', version: 2, attendedAt: null });
    expect(once.evaluation).toEqual({
      rule: 'minimum_days',
      met: false,
      presentDays: ['2026-05-01'],
      requiredDays: 2,
      missingDays: ['2026-05-02', '2026-05-03'],
      eventDays: ['2026-05-01', '2026-05-02', '2026-05-03'],
    });

    await givenCheckIn(service, { eventId, enrollmentId, scannedAt: '2026-05-03T16:59:59+02:00' });
    await service.owner.query(
      `update attendance.check_ins set annulled_at = now(), annulled_by = '{}', annulment_reason = 'wrong badge'
       where event_id = $1 and scanned_at = '2026-05-01T10:30:00+02:00'`,
      [eventId],
    );
    await givenClosure(service, eventId, [enrollmentId]);

    const story = await read();
    expect(enrollmentStory.safeParse(story).error).toBeUndefined();
    expect(story).toMatchObject({ status: 'attended', version: 3, attendedAt: story.transitions[2].at });
    expect(story.evaluation).toMatchObject({ met: true, presentDays: ['2026-05-01', '2026-05-03'] });
    expect(
      story.checkIns.map(({ day, annulmentReason }: Record<string, unknown>) => [day, annulmentReason]),
    ).toEqual([
      ['2026-05-01', null],
      ['2026-05-01', 'wrong badge'],
      ['2026-05-03', null],
    ]);
    expect(
      story.transitions.map(({ from, to, reason }: Record<string, unknown>) => [from, to, reason]),
    ).toEqual([
      [null, 'confirmed', 'enrolled'],
      ['confirmed', 'checked_in', 'first_check_in'],
      ['checked_in', 'attended', 'requirement_met'],
    ]);
    expect(story.transitions[2].evidence).toEqual({
      daysPresent: ['2026-05-01', '2026-05-03'],
      required: 2,
      rule: 'minimum_days',
    });
  });

  it('evaluates by what the event says now', async () => {
    const eventId = await givenEvent(service);
    const enrollmentId = await givenEnrollment(service, eventId);
    await givenCheckIn(service, { eventId, enrollmentId, scannedAt: '2026-05-01T09:30:00+02:00' });
    await service.admin.patch(`/v1/events/${eventId}`, { attendanceRequirement: { type: 'any_day' } });
    const { body } = await service.admin.get(`/v1/events/${eventId}/enrollments/${enrollmentId}`);
    expect(body.evaluation).toMatchObject({ rule: 'any_day', met: true, requiredDays: 1 });
  });
});

describe('the audit trail of an event', () => {
  it('lists every transition once, oldest first, and only this event', async () => {
    const eventId = await givenEvent(service);
    const first = await givenEnrollment(service, eventId);
    const second = await givenEnrollment(service, eventId);
    await givenEnrollment(service, await givenEvent(service));
    await givenCheckIn(service, { eventId, enrollmentId: second, scannedAt: '2026-05-02T09:00:00+02:00' });
    await service.admin.post(`/v1/events/${eventId}/enrollments/${first}/cancellation`, { reason: 'ill' });
    const path = `/v1/events/${eventId}/transitions`;
    const { body } = await service.admin.get(path);
    expect(
      body.items.map((item: Record<string, unknown>) => [item.enrollmentId, item.to, item.version]),
    ).toEqual([
      [first, 'confirmed', 1],
      [second, 'confirmed', 1],
      [second, 'checked_in', 2],
      [first, 'cancelled', 2],
    ]);
    expect(await walk(path, 'limit=1')).toEqual(body.items.map(({ id }: { id: string }) => id));
  });

  it('loses and repeats nothing where times differ by microseconds', async () => {
    const eventId = await givenEvent(service);
    const enrollmentId = await givenEnrollment(service, eventId);
    await service.owner.query(
      `insert into attendance.transitions (event_id, enrollment_id, version, transition_id, organization_id, from_status,
         to_status, triggered_by, actor, reason, at, cause)
       select event_id, enrollment_id, 1 + step, gen_random_uuid(), organization_id, 'confirmed', 'checked_in', 'admin',
         actor, 'test', at + step * interval '1 microsecond', cause
       from attendance.transitions, generate_series(1, 20) as step where event_id = $1`,
      [eventId],
    );
    const path = `/v1/events/${eventId}/transitions`;
    const { body } = await service.admin.get(path);
    expect(body.items.map(({ version }: { version: number }) => version)).toEqual(
      Array.from({ length: 21 }, (_, index) => index + 1),
    );
    expect(await walk(path, 'limit=3')).toEqual(body.items.map(({ id }: { id: string }) => id));
    expect(body.items.every((item: Record<string, unknown>) => item.enrollmentId === enrollmentId)).toBe(
      true,
    );
  });
});
