import { eventBody } from '@turnout/contracts/http/events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AdminUnderTest, startAdminUnderTest } from './admin-under-test.ts';
import { nobody, typeScriptDays } from './examples.ts';
import { givenClosed, givenClosureBegun, givenEvent, givenHalfClosed } from './given.ts';

let service: AdminUnderTest;
beforeAll(async () => {
  service = await startAdminUnderTest();
});
afterAll(() => service[Symbol.asyncDispose]());

const create = (changes: object = {}) => service.admin.post('/v1/events', { ...typeScriptDays, ...changes });

describe('creating an event', () => {
  it('answers the event with its days, and it can be read back as answered', async () => {
    const { status, headers, body } = await create();
    expect(status).toBe(201);
    expect(eventBody.safeParse(body).error).toBeUndefined();
    expect(body).toMatchObject({
      name: 'TypeScript Days',
      timeZone: 'Europe/Berlin',
      startsAt: '2026-05-01T07:00:00.000Z',
      endsAt: '2026-05-03T15:00:00.000Z',
      attendanceRequirement: { type: 'minimum_days', days: 2 },
      dayBoundary: '00:00',
      closureGraceMinutes: 0,
      deviceGraceMinutes: 0,
      reentry: 'allowed',
      admissionOpensAt: null,
      days: ['2026-05-01', '2026-05-02', '2026-05-03'],
      closedAt: null,
      cancelledAt: null,
    });
    expect(headers.get('location')).toBe(`/v1/events/${body.id}`);
    const read = await service.admin.get(`/v1/events/${body.id}`);
    expect(read).toMatchObject({ status: 200, body });
  });

  it('keeps every field that was sent', async () => {
    const sent = {
      attendanceRequirement: { type: 'any_day' },
      dayBoundary: '04:00',
      closureGraceMinutes: 90,
      deviceGraceMinutes: 525_600,
      reentry: 'once_per_day',
      admissionOpensAt: '2026-05-01T05:30:00.000Z',
    };
    const { body } = await create(sent);
    expect(body).toMatchObject(sent);
  });

  it.each([
    [
      'a night is one day of the evening before',
      'Europe/Berlin',
      '04:00',
      '2026-05-01T20:00:00+02:00',
      '2026-05-02T03:00:00+02:00',
      ['2026-05-01'],
    ],
    [
      'the end is an instant: no day begins at it',
      'Europe/Berlin',
      '00:00',
      '2026-05-01T20:00:00+02:00',
      '2026-05-02T00:00:00+02:00',
      ['2026-05-01'],
    ],
    [
      'the day on which clocks go forward is a day',
      'Europe/Berlin',
      '00:00',
      '2026-03-28T12:00:00+01:00',
      '2026-03-30T12:00:00+02:00',
      ['2026-03-28', '2026-03-29', '2026-03-30'],
    ],
    [
      'the day on which clocks go back is a day',
      'Europe/Berlin',
      '00:00',
      '2026-10-24T12:00:00+02:00',
      '2026-10-26T12:00:00+01:00',
      ['2026-10-24', '2026-10-25', '2026-10-26'],
    ],
    [
      'days are local ones, at a quarter past the hour too',
      'Asia/Kathmandu',
      '00:00',
      '2026-05-01T18:14:59Z',
      '2026-05-01T18:15:01Z',
      ['2026-05-01', '2026-05-02'],
    ],
    [
      'a day that a zone skipped is none',
      'Pacific/Apia',
      '00:00',
      '2011-12-29T12:00:00-10:00',
      '2011-12-31T12:00:00+14:00',
      ['2011-12-29', '2011-12-31'],
    ],
  ])('%s', async (_rule, timeZone, dayBoundary, startsAt, endsAt, days) => {
    const attendanceRequirement = { type: 'all_days' };
    const { status, body } = await create({ timeZone, dayBoundary, startsAt, endsAt, attendanceRequirement });
    expect({ status, days: body.days }).toEqual({ status: 201, days });
  });

  it('refuses a requirement of more days than the event has, and says both', async () => {
    const { status, body } = await create({ attendanceRequirement: { type: 'minimum_days', days: 4 } });
    expect({ status, ...body }).toMatchObject({
      status: 422,
      code: 'requirement_exceeds_event_days',
      requiredDays: 4,
      eventDayCount: 3,
    });
    expect((await create({ attendanceRequirement: { type: 'minimum_days', days: 3 } })).status).toBe(201);
  });

  it('refuses more than 366 days, however many more', async () => {
    const longest = { startsAt: '2028-01-01T00:00:00+01:00', endsAt: '2029-01-01T00:00:00+01:00' };
    const accepted = await create(longest);
    expect({ status: accepted.status, days: accepted.body.days?.length }).toEqual({ status: 201, days: 366 });
    for (const endsAt of ['2029-01-01T00:00:01+01:00', '9998-12-31T00:00:00Z']) {
      expect((await create({ ...longest, endsAt })).body).toMatchObject({
        status: 422,
        code: 'event_too_long',
      });
    }
  });

  it.each([
    ['timeZone', { timeZone: 'Europe/Atlantis' }],
    ['timeZone', { timeZone: '+02:00' }],
    ['timeZone', { timeZone: 'CEST' }],
    ['timeZone', { timeZone: "UTC'; drop table attendance.events" }],
    ['endsAt', { endsAt: typeScriptDays.startsAt }],
    ['endsAt', { endsAt: '2026-04-30T09:00:00+02:00' }],
    ['endsAt', { endsAt: '2026-02-30T09:00:00+02:00' }],
    ['startsAt', { startsAt: '2026-05-01T09:00:00' }],
    [
      'endsAt',
      {
        timeZone: 'Pacific/Kiritimati',
        startsAt: '9999-12-30T00:00:00Z',
        endsAt: '9999-12-31T12:00:00Z',
        attendanceRequirement: { type: 'any_day' },
      },
    ],
    [
      'endsAt',
      {
        timeZone: 'UTC',
        startsAt: '9999-12-30T00:00:00Z',
        endsAt: '9999-12-31T12:00:00Z',
        closureGraceMinutes: 720,
        attendanceRequirement: { type: 'any_day' },
      },
    ],
    ['admissionOpensAt', { admissionOpensAt: typeScriptDays.endsAt }],
    ['name', { name: ' ' }],
    ['name', { name: 'x'.repeat(201) }],
    ['name', { name: 'one\ntwo' }],
    ['dayBoundary', { dayBoundary: '24:00' }],
    ['closureGraceMinutes', { closureGraceMinutes: -1 }],
    ['closureGraceMinutes', { closureGraceMinutes: 1.5 }],
    ['deviceGraceMinutes', { deviceGraceMinutes: -1 }],
    ['deviceGraceMinutes', { deviceGraceMinutes: 525_601 }],
    ['deviceGraceMinutes', { deviceGraceMinutes: null }],
    ['reentry', { reentry: 'never' }],
    ['attendanceRequirement.days', { attendanceRequirement: { type: 'minimum_days', days: 0 } }],
    ['attendanceRequirement.days', { attendanceRequirement: { type: 'minimum_days' } }],
    ['attendanceRequirement.days', { attendanceRequirement: { type: 'any_day', days: 1 } }],
    ['attendanceRequirement.type', { attendanceRequirement: { type: 'most_days' } }],
    ['organizationId', { organizationId: nobody }],
    ['closedAt', { closedAt: null }],
  ])('refuses an event whose %s cannot be: %j', async (path, changes) => {
    const { status, body } = await create(changes);
    expect({
      status,
      code: body.code,
      paths: body.errors?.map((error: { path: string }) => error.path),
    }).toEqual({
      status: 422,
      code: 'validation_failed',
      paths: [path],
    });
  });

  it('names everything that is wrong at once', async () => {
    const { body } = await create({
      timeZone: 'Mars/Olympus',
      endsAt: '2026-04-01T00:00:00Z',
      admissionOpensAt: '2026-06-01T00:00:00Z',
    });
    const paths = body.errors.map((error: { path: string }) => error.path);
    expect(paths).toEqual(['timeZone', 'endsAt', 'admissionOpensAt']);
  });
});

describe('listing events', () => {
  it('walks through all of them once, the newest first, and ends', async () => {
    await using other = await startAdminUnderTest();
    const made: string[] = [];
    for (let count = 0; count < 5; count += 1) {
      made.unshift((await other.admin.post('/v1/events', typeScriptDays)).body.id);
    }
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const query: string = cursor === null ? '?limit=2' : `?limit=2&cursor=${encodeURIComponent(cursor)}`;
      const { body } = await other.admin.get(`/v1/events${query}`);
      seen.push(...body.items.map((event: { id: string }) => event.id));
      cursor = body.nextCursor;
    } while (cursor !== null);
    expect(seen).toEqual(made);
  });

  it.each([
    'limit=0',
    'limit=201',
    'limit=-1',
    'limit=x',
    'limit=1&limit=2',
    'colour=red',
    'cursor=abc',
    'cursor=',
  ])('refuses ?%s', async (query) => {
    const { status, body } = await service.admin.get(`/v1/events?${query}`);
    expect({ status, code: body.code }).toEqual({ status: 422, code: 'validation_failed' });
  });
});

describe('cancelling an event', () => {
  it('keeps the reason, and leaves the enrollments as they are', async () => {
    const { body: event } = await create();
    const path = `/v1/events/${event.id}`;
    const { body: enrollment } = await service.admin.post(`${path}/enrollments`, {
      participant: { name: 'Ada', email: 'ada@example.org' },
    });
    const { status, body } = await service.admin.post(`${path}/cancellation`, {
      reason: '  the venue burnt down ',
    });
    expect({ status, id: body.id }).toEqual({ status: 200, id: event.id });
    expect(body.cancelledAt).toMatch(/^\d{4}-.*Z$/);
    expect((await service.admin.get(path)).body).toEqual(body);
    const [row] = await service.owner.query(
      'select cancellation_reason as reason from attendance.events where event_id = $1',
      [event.id],
    );
    expect(row).toEqual({ reason: 'the venue burnt down' });
    const after = await service.admin.get(`${path}/enrollments/${enrollment.id}`);
    expect(after.body).toMatchObject({ status: 'confirmed', version: 1 });
  });

  it('refuses it a second time, also in the same instant, and without a reason', async () => {
    const { body: event } = await create();
    const path = `/v1/events/${event.id}/cancellation`;
    for (const body of [{}, { reason: 'no' }, { reason: 'x'.repeat(501) }]) {
      expect((await service.admin.post(path, body)).body).toMatchObject({
        status: 422,
        code: 'validation_failed',
      });
    }
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => service.admin.post(path, { reason: 'storm' })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409, 409, 409, 409, 409, 409, 409]);
    expect((await service.admin.post(path, { reason: 'again' })).body).toMatchObject({
      code: 'event_cancelled',
    });
  });

  it('refuses it once the event is closed, or half closed', async () => {
    for (const [code, given] of [
      ['event_closed', givenClosed],
      ['closure_in_progress', givenHalfClosed],
    ] as const) {
      const eventId = await givenEvent(service);
      await given(service, eventId);
      const path = `/v1/events/${eventId}`;
      const { body } = await service.admin.post(`${path}/cancellation`, { reason: 'storm' });
      expect(body).toMatchObject({ status: 409, code });
      expect(body.detail).toMatch(
        /^The event is .*closed.* no longer be cancelled\. Correct the verdicts that are wrong\.$/,
      );
      expect((await service.admin.get(path)).body.cancelledAt).toBeNull();
    }
  });

  it('is possible while a closure has begun and nobody has a verdict', async () => {
    const eventId = await givenEvent(service);
    await givenClosureBegun(service, eventId);
    const { status } = await service.admin.post(`/v1/events/${eventId}/cancellation`, { reason: 'storm' });
    expect(status).toBe(200);
  });
});
