import { orderCorrection } from '@turnout/attendance-store/correcting/order-correction';
import { eventBody } from '@turnout/contracts/http/events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AdminUnderTest, startAdminUnderTest } from './admin-under-test.ts';
import { givenCheckIn, givenClosure, givenEnrollment, givenEvent, givenHalfClosed } from './given.ts';

let service: AdminUnderTest;
beforeAll(async () => {
  service = await startAdminUnderTest();
});
afterAll(() => service[Symbol.asyncDispose]());

const reason = 'the last day was called off';
const correct = (eventId: string, changes: object, requestId = 'the-request') =>
  service.admin.send('PATCH', `/v1/events/${eventId}`, changes, { 'x-request-id': requestId });
const read = async (eventId: string) =>
  eventBody.parse((await service.admin.get(`/v1/events/${eventId}`)).body);
const corrections = async (eventId: string) =>
  await service.owner.query(
    `select reason, actor, cause, finished_at is null as open, overtaken_by is not null as overtaken
     from attendance.corrections where event_id = $1 order by requested_at`,
    [eventId],
  );
const actions = async (eventId: string) =>
  await service.owner.query<Record<string, unknown>>(
    'select action, subject_id, actor, reason, details, cause from access.actions where event_id = $1 order by action_id',
    [eventId],
  );

/** Three days, closed; one person came on one of them. */
const givenClosedEvent = async () => {
  const eventId = await givenEvent(service);
  const enrollmentId = await givenEnrollment(service, eventId);
  await givenCheckIn(service, { eventId, enrollmentId, scannedAt: '2026-05-01T09:30:00+02:00' });
  await givenClosure(service, eventId, [enrollmentId]);
  return eventId;
};

describe('correcting an event that is closed', () => {
  it('changes its days for a reason, and has everybody judged again whom the rule has decided', async () => {
    const eventId = await givenClosedEvent();
    expect((await read(eventId)).closure).toMatchObject({ state: 'closed', correction: null });
    const { status, body } = await correct(eventId, { endsAt: '2026-05-02T17:00:00+02:00', reason });
    expect(status).toBe(200);
    expect(eventBody.parse(body)).toMatchObject({
      days: ['2026-05-01', '2026-05-02'],
      closedAt: expect.any(String),
      closure: {
        state: 'correcting',
        correction: { reason, corrected: { attended: 0, noShow: 0 }, error: null },
      },
    });
    expect(await read(eventId)).toEqual(body);
    expect(await corrections(eventId)).toMatchObject([
      { reason, cause: 'the-request', open: true, actor: { type: 'token', label: 'test admin' } },
    ]);
  });

  it('lets a later change take over from one that is under way', async () => {
    const eventId = await givenClosedEvent();
    await correct(eventId, { attendanceRequirement: { type: 'any_day' }, reason: 'first thought' });
    await correct(eventId, { attendanceRequirement: { type: 'all_days' }, reason: 'second thought' });
    expect(await corrections(eventId)).toMatchObject([
      { reason: 'first thought', open: false, overtaken: true },
      { reason: 'second thought', open: true, overtaken: false },
    ]);
  });

  it('has one correction under way, however many changes come in the same instant', async () => {
    const eventId = await givenClosedEvent();
    const thoughts = Array.from({ length: 6 }, (_, index) => ({
      attendanceRequirement: { type: index % 2 === 0 ? 'any_day' : 'all_days' },
      reason: `thought ${index}`,
    }));
    const answers = await Promise.all(thoughts.map((thought) => correct(eventId, thought)));
    expect(answers.map(({ status }) => status)).toEqual(thoughts.map(() => 200));
    expect((await corrections(eventId)).filter(({ open }) => open)).toHaveLength(1);
  });

  it.each([
    ['nothing that verdicts rest on', { reentry: 'once', closureGraceMinutes: 30, reason }],
    ['its name', { name: 'Rust Days', reason }],
    ['nothing at all', { attendanceRequirement: { type: 'minimum_days', days: 2 }, reason }],
  ])('judges nobody again where it changes %s', async (_what, changes) => {
    const eventId = await givenClosedEvent();
    const { status, body } = await correct(eventId, changes);
    expect({ status, state: body.closure.state }).toEqual({ status: 200, state: 'closed' });
    expect(await corrections(eventId)).toEqual([]);
  });

  it.each([
    [409, 'event_closed', { endsAt: '2026-05-02T17:00:00+02:00' }],
    [409, 'event_has_check_ins', { timeZone: 'Asia/Tokyo', reason }],
    [422, 'requirement_exceeds_event_days', { endsAt: '2026-05-01T17:00:00+02:00', reason }],
    [422, 'validation_failed', { startsAt: '2999-05-01T09:00:00Z', endsAt: '2999-05-03T17:00:00Z', reason }],
    [422, 'validation_failed', { endsAt: '2026-05-02T17:00:00+02:00', reason: ' x ' }],
    [422, 'validation_failed', { reason }],
  ])('refuses with %d %s: %j', async (status, code, changes) => {
    const eventId = await givenClosedEvent();
    const before = await read(eventId);
    expect((await correct(eventId, changes)).body).toMatchObject({ status, code });
    expect(await read(eventId)).toEqual(before);
    expect(await corrections(eventId)).toEqual([]);
    expect((await actions(eventId)).map(({ action }) => action)).toEqual(['event.created']);
  });

  it('refuses one that is closed by halves, whatever the reason', async () => {
    const eventId = await givenEvent(service);
    await givenHalfClosed(service, eventId);
    expect((await correct(eventId, { endsAt: '2026-05-02T17:00:00+02:00', reason })).body).toMatchObject({
      code: 'closure_in_progress',
    });
  });

  it('orders nothing where the change does not commit', async () => {
    const eventId = await givenClosedEvent();
    const failing = service.owner.transaction(async (tx) => {
      orderCorrection(tx, { id: eventId, organizationId: service.organization.id }, reason, {
        actor: { type: 'system', id: 'test' },
        cause: 'test',
      });
      throw new Error('a fault');
    });
    await expect(failing).rejects.toThrow('a fault');
    expect(await corrections(eventId)).toEqual([]);
  });
});

describe('what was done to an event', () => {
  it('is written down: who made, changed and cancelled it, what it was and is, and why', async () => {
    const eventId = await givenEvent(service);
    await correct(eventId, { name: 'Rust Days', attendanceRequirement: { type: 'any_day' } });
    await correct(eventId, { name: 'Rust Days' });
    await service.admin.post(`/v1/events/${eventId}/cancellation`, { reason: 'storm' });
    const done = await actions(eventId);
    expect(done).toMatchObject([
      { action: 'event.created', subject_id: eventId, details: { name: 'TypeScript Days' } },
      {
        action: 'event.changed',
        cause: 'the-request',
        actor: { type: 'token', label: 'test admin' },
        reason: null,
      },
      { action: 'event.cancelled', reason: 'storm' },
    ]);
    expect(done[1]?.details).toEqual({
      before: { name: 'TypeScript Days', attendanceRequirement: { type: 'minimum_days', days: 2 } },
      after: { name: 'Rust Days', attendanceRequirement: { type: 'any_day' } },
    });
  });
});
