import { eventBody } from '@turnout/contracts/http/events';
import { isAnyoneWaiting } from '@turnout/test-kit/is-anyone-waiting';
import { waitUntil } from '@turnout/test-kit/wait-until';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AdminUnderTest, startAdminUnderTest } from './admin-under-test.ts';
import { typeScriptDays } from './examples.ts';
import {
  givenCheckIn,
  givenClosed,
  givenClosureBegun,
  givenEnrollment,
  givenEvent,
  givenHalfClosed,
} from './given.ts';

let service: AdminUnderTest;
beforeAll(async () => {
  service = await startAdminUnderTest();
});
afterAll(() => service[Symbol.asyncDispose]());

const change = (eventId: string, changes: object) => service.admin.patch(`/v1/events/${eventId}`, changes);
const read = async (eventId: string) => (await service.admin.get(`/v1/events/${eventId}`)).body;

/** One change of each field, apart from the name. */
const otherFields: [string, object][] = [
  ['timeZone', { timeZone: 'Europe/Madrid' }],
  ['startsAt', { startsAt: '2026-05-02T09:00:00+02:00' }],
  ['endsAt', { endsAt: '2026-05-04T17:00:00+02:00' }],
  ['attendanceRequirement', { attendanceRequirement: { type: 'any_day' } }],
  ['dayBoundary', { dayBoundary: '03:00' }],
  ['closureGraceMinutes', { closureGraceMinutes: 60 }],
  ['deviceGraceMinutes', { deviceGraceMinutes: 240 }],
  ['reentry', { reentry: 'once' }],
  ['admissionOpensAt', { admissionOpensAt: '2026-04-30T10:00:00Z' }],
];

describe('changing an event that is open', () => {
  it.each([['name', { name: 'Rust Days' }] as [string, object], ...otherFields])(
    'changes %s and nothing else, however long ago the event ended',
    async (_field, changes) => {
      const eventId = await givenEvent(service, {
        startsAt: '2026-05-01T09:00:00+02:00',
        endsAt: '2026-05-03T17:00:00+02:00',
      });
      const before = await read(eventId);
      const { status, body } = await change(eventId, changes);
      expect(status).toBe(200);
      expect(eventBody.safeParse(body).error).toBeUndefined();
      const [[field, sent]] = Object.entries(changes) as [[string, unknown]];
      const expected = field.endsWith('At') ? new Date(sent as string).toISOString() : sent;
      expect(body).toEqual({ ...before, [field]: expected, days: body.days, closure: body.closure });
      expect(await read(eventId)).toEqual(body);
    },
  );

  it('answers the days anew, and takes admissionOpensAt away with null', async () => {
    const eventId = await givenEvent(service, { admissionOpensAt: '2026-05-01T05:00:00Z' });
    const { body } = await change(eventId, { endsAt: '2026-05-02T17:00:00+02:00', admissionOpensAt: null });
    expect(body).toMatchObject({ days: ['2026-05-01', '2026-05-02'], admissionOpensAt: null });
  });

  it.each([
    ['requirement_exceeds_event_days', { endsAt: '2026-05-01T17:00:00+02:00' }],
    ['requirement_exceeds_event_days', { attendanceRequirement: { type: 'minimum_days', days: 4 } }],
    ['event_too_long', { endsAt: '2027-06-01T17:00:00+02:00' }],
    ['validation_failed', { endsAt: '2026-05-01T08:59:00+02:00' }],
    ['validation_failed', { startsAt: '2026-05-04T09:00:00+02:00' }],
    ['validation_failed', { admissionOpensAt: '2026-05-04T09:00:00+02:00' }],
    ['validation_failed', { timeZone: 'Europe/Atlantis' }],
    ['validation_failed', {}],
    ['validation_failed', { name: null }],
    ['validation_failed', { cancelledAt: '2026-05-04T09:00:00+02:00' }],
    ['validation_failed', { id: '01997e2c-0000-7000-8000-000000000000' }],
  ])('refuses with %s what could not be created: %j', async (code, changes) => {
    const eventId = await givenEvent(service);
    const before = await read(eventId);
    expect((await change(eventId, changes)).body).toMatchObject({ status: 422, code });
    expect(await read(eventId)).toEqual(before);
  });

  it('takes a closure that has begun and given no verdict for nothing that happened', async () => {
    const eventId = await givenEvent(service);
    await givenEnrollment(service, eventId);
    await givenClosureBegun(service, eventId);
    expect((await change(eventId, { endsAt: '2026-05-04T17:00:00+02:00' })).status).toBe(200);
  });

  it('loses no change when several are made in the same instant', async () => {
    const eventId = await givenEvent(service);
    const answers = await Promise.all(otherFields.map(([, changes]) => change(eventId, changes)));
    expect(answers.map(({ status }) => status)).toEqual(otherFields.map(() => 200));
    expect(await read(eventId)).toMatchObject({
      timeZone: 'Europe/Madrid',
      dayBoundary: '03:00',
      closureGraceMinutes: 60,
      deviceGraceMinutes: 240,
      reentry: 'once',
      attendanceRequirement: { type: 'any_day' },
    });
  });
});

describe('changing an event that is not open any more', () => {
  it('refuses everything once it is cancelled', async () => {
    const eventId = await givenEvent(service);
    await service.admin.post(`/v1/events/${eventId}/cancellation`, { reason: 'storm' });
    for (const changes of [{ name: 'Rust Days' }, { reentry: 'once' }]) {
      expect((await change(eventId, changes)).body).toMatchObject({ status: 409, code: 'event_cancelled' });
    }
  });

  it.each([
    ['event_closed', givenClosed],
    ['closure_in_progress', givenHalfClosed],
  ])('lets only the name change: %s', async (code, given) => {
    const eventId = await givenEvent(service);
    await given(service, eventId);
    for (const [field, changes] of otherFields) {
      const { body } = await change(eventId, changes);
      expect(body).toMatchObject({ status: 409, code });
      expect(body.detail).toContain(field);
    }
    expect((await change(eventId, { name: 'Rust Days' })).body).toMatchObject({ name: 'Rust Days' });
  });

  it('takes fields that are sent as they are for no change', async () => {
    const eventId = await givenEvent(service);
    await givenClosed(service, eventId);
    const { status, body } = await change(eventId, { ...typeScriptDays, name: 'Rust Days' });
    expect({ status, name: body.name }).toEqual({ status: 200, name: 'Rust Days' });
  });
});

describe('changing an event in which people have checked in', () => {
  it('refuses another time zone or day boundary, and takes everything else', async () => {
    const eventId = await givenEvent(service);
    const enrollmentId = await givenEnrollment(service, eventId);
    await givenCheckIn(service, { eventId, enrollmentId, scannedAt: '2026-05-01T09:30:00+02:00' });
    for (const [field, changes] of otherFields) {
      const { status, body } = await change(eventId, changes);
      if (['timeZone', 'dayBoundary'].includes(field)) {
        expect(body).toMatchObject({ status: 409, code: 'event_has_check_ins' });
      } else expect(status).toBe(200);
    }
    expect((await change(eventId, { timeZone: 'Europe/Berlin', dayBoundary: '00:00' })).status).toBe(200);
  });

  it('waits for a check-in that is under way, and does not hold it up', async () => {
    const eventId = await givenEvent(service);
    const enrollmentId = await givenEnrollment(service, eventId);
    const { owner } = service;
    let changing: ReturnType<typeof change> | undefined;
    await owner.transaction(async (tx) => {
      await tx.query(
        'select 1 from attendance.enrollments where event_id = $1 and enrollment_id = $2 for update',
        [eventId, enrollmentId],
      );
      changing = change(eventId, { timeZone: 'Asia/Tokyo' });
      await waitUntil(() => isAnyoneWaiting(owner));
      // This is how a row that refers to the event holds it in place; the change has locked it.
      await tx.query('select 1 from attendance.events where event_id = $1 for key share', [eventId]);
      await tx.query(
        `insert into attendance.check_ins (event_id, check_in_id, enrollment_id, day, scanned_at, recorded_at, direction,
           source, device_id, scan_id)
         values ($1, gen_random_uuid(), $2, '2026-05-01', now(), now(), 'entry', 'scan', gen_random_uuid(), gen_random_uuid())`,
        [eventId, enrollmentId],
      );
    });
    expect((await changing)?.body).toMatchObject({ status: 409, code: 'event_has_check_ins' });
  });
});
