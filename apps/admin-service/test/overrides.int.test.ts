import { participantAttendedType } from '@turnout/contracts/events/participant-attended';
import { enrollmentBody, transitionBody } from '@turnout/contracts/http/enrollments';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AdminUnderTest, startAdminUnderTest } from './admin-under-test.ts';
import { nobody } from './examples.ts';
import { givenCheckIn, givenClosure, givenEnrollment, givenEvent } from './given.ts';

let service: AdminUnderTest;
beforeAll(async () => {
  service = await startAdminUnderTest();
});
afterAll(() => service[Symbol.asyncDispose]());

const HOUR = 3_600_000;
/** An event that runs right now, for three days of UTC. */
const running = () => ({
  timeZone: 'UTC',
  startsAt: new Date(Date.now() - 24 * HOUR).toISOString(),
  endsAt: new Date(Date.now() + 24 * HOUR).toISOString(),
});

async function given(event: object = {}) {
  const eventId = await givenEvent(service, event);
  const enrollmentId = await givenEnrollment(service, eventId);
  const path = `/v1/events/${eventId}/enrollments/${enrollmentId}`;
  return {
    eventId,
    enrollmentId,
    override: (body: object) => service.admin.post(`${path}/overrides`, body),
    cancel: (body: object) => service.admin.post(`${path}/cancellation`, body),
    story: async () => (await service.admin.get(path)).body,
    announced: async () =>
      (await service.owner.query<{ body: string }>('select body from outbox.messages order by sequence'))
        .map(({ body }) => JSON.parse(body))
        .filter(({ subject }) => subject === enrollmentId),
  };
}

const mistake = { to: 'attended', reason: 'stood next to me' };

describe('overriding a no-show', () => {
  it('makes it attended, writes who and why, and announces it like closure does', async () => {
    const ada = await given();
    await givenClosure(service, ada.eventId, [ada.enrollmentId]);
    const { status, headers, body } = await ada.override({ ...mistake, reason: '  stood next to me ' });
    expect(status).toBe(200);
    expect(enrollmentBody.safeParse(body.enrollment).error).toBeUndefined();
    expect(transitionBody.safeParse(body.transition).error).toBeUndefined();
    expect(body.enrollment).toMatchObject({
      id: ada.enrollmentId,
      status: 'attended',
      version: 3,
      attendedAt: body.transition.at,
    });
    expect(body.transition).toMatchObject({
      enrollmentId: ada.enrollmentId,
      from: 'no_show',
      to: 'attended',
      triggeredBy: 'admin',
      actor: { type: 'token', label: 'test admin' },
      reason: 'stood next to me',
      evidence: { daysPresent: [], required: 2, rule: 'minimum_days' },
      version: 3,
      cause: headers.get('x-request-id'),
    });
    const story = await ada.story();
    expect(story.transitions.at(-1)).toEqual(body.transition);
    expect(story.checkIns).toEqual([]);
    const [, announcement, ...more] = await ada.announced();
    expect(more).toEqual([]);
    expect(announcement).toMatchObject({
      type: participantAttendedType,
      sequence: 3,
      data: { corrects: 'no_show', triggeredBy: 'admin', reason: 'override' },
    });
    expect(JSON.stringify(announcement)).not.toContain('stood next to me');
  });

  it('happens once when many ask in the same instant', async () => {
    const ada = await given();
    await givenClosure(service, ada.eventId, [ada.enrollmentId]);
    const answers = await Promise.all(Array.from({ length: 12 }, () => ada.override(mistake)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(answers.filter(({ body }) => body.code === 'illegal_transition')).toHaveLength(11);
    expect((await ada.story()).version).toBe(3);
    expect(await ada.announced()).toHaveLength(2);
  });

  it('names no day: there is no check-in to write', async () => {
    const ada = await given();
    const { body } = await ada.override({ ...mistake, day: '2026-05-01' });
    expect(body).toMatchObject({ status: 422, code: 'validation_failed', errors: [{ path: 'day' }] });
  });
});

describe('overriding a late arrival', () => {
  it('checks the person in for today, when the event runs today', async () => {
    const ada = await given(running());
    const { status, body } = await ada.override({ to: 'checked_in', reason: 'came late' });
    expect(status).toBe(200);
    expect(body.enrollment).toMatchObject({ status: 'checked_in', version: 2, attendedAt: null });
    const today = body.transition.at.slice(0, 10);
    expect(body.transition).toMatchObject({
      from: 'confirmed',
      to: 'checked_in',
      evidence: { daysPresent: [today] },
    });
    const { checkIns, evaluation } = await ada.story();
    expect(checkIns).toEqual([
      expect.objectContaining({
        day: today,
        source: 'override',
        direction: 'entry',
        station: null,
        annulledAt: null,
      }),
    ]);
    expect(evaluation.presentDays).toEqual([today]);
    const announced = await ada.announced();
    expect(announced).toEqual([
      expect.objectContaining({
        data: expect.objectContaining({ source: 'override', movedToCheckedIn: true }),
      }),
    ]);
  });

  it('checks the person in for the day that is named', async () => {
    const ada = await given();
    const { status } = await ada.override({ to: 'checked_in', reason: 'came late', day: '2026-05-02' });
    expect(status).toBe(200);
    expect((await ada.story()).evaluation.presentDays).toEqual(['2026-05-02']);
  });

  it('asks for the day when today is none of the event, and refuses one that is not', async () => {
    const ada = await given();
    const late = { to: 'checked_in', reason: 'came late' };
    const eventDays = ['2026-05-01', '2026-05-02', '2026-05-03'];
    expect((await ada.override(late)).body).toMatchObject({ status: 422, code: 'day_required', eventDays });
    expect((await ada.override({ ...late, day: '2026-05-04' })).body).toMatchObject({
      status: 422,
      code: 'not_an_event_day',
      eventDays,
    });
    expect((await ada.override({ ...late, day: '2026-02-30' })).body).toMatchObject({
      code: 'validation_failed',
    });
    expect(await ada.story()).toMatchObject({ status: 'confirmed', version: 1, checkIns: [] });
  });

  it('happens once when many ask in the same instant', async () => {
    const ada = await given();
    const late = { to: 'checked_in', reason: 'came late', day: '2026-05-01' };
    const answers = await Promise.all(Array.from({ length: 12 }, () => ada.override(late)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(answers.filter(({ body }) => body.code === 'illegal_transition')).toHaveLength(11);
    expect((await ada.story()).checkIns).toHaveLength(1);
  });
});

describe('an override that is not possible', () => {
  it('is refused with the from and the to, and changes nothing', async () => {
    const ada = await given();
    const late = { to: 'checked_in', reason: 'came late', day: '2026-05-01' };
    expect((await ada.override(mistake)).body).toMatchObject({
      status: 409,
      code: 'illegal_transition',
      from: 'confirmed',
      to: 'attended',
    });
    await givenCheckIn(service, { ...ada, scannedAt: '2026-05-01T09:30:00+02:00' });
    expect((await ada.override(mistake)).body).toMatchObject({ from: 'checked_in', to: 'attended' });
    expect((await ada.override(late)).body).toMatchObject({ from: 'checked_in', to: 'checked_in' });
    await givenClosure(service, ada.eventId, [ada.enrollmentId]);
    expect((await ada.override(late)).body).toMatchObject({ from: 'no_show', to: 'checked_in' });
    await ada.override(mistake);
    expect((await ada.override(mistake)).body).toMatchObject({ from: 'attended', to: 'attended' });
    expect((await ada.override(late)).body).toMatchObject({ from: 'attended', to: 'checked_in' });
    expect(await ada.story()).toMatchObject({ status: 'attended', version: 4 });
    const cancelled = await given();
    await cancelled.cancel({ reason: 'ill' });
    expect((await cancelled.override(mistake)).body).toMatchObject({ from: 'cancelled', to: 'attended' });
    expect((await cancelled.override(late)).body).toMatchObject({ from: 'cancelled', to: 'checked_in' });
  });

  it('is refused for a cancelled event', async () => {
    const ada = await given();
    await service.admin.post(`/v1/events/${ada.eventId}/cancellation`, { reason: 'storm' });
    expect(
      (await ada.override({ to: 'checked_in', reason: 'came late', day: '2026-05-01' })).body,
    ).toMatchObject({
      status: 409,
      code: 'event_cancelled',
    });
  });

  it.each([
    ['reason', { to: 'attended' }],
    ['reason', { to: 'attended', reason: 'no' }],
    ['reason', { to: 'attended', reason: '   x   ' }],
    ['reason', { to: 'attended', reason: 'x'.repeat(501) }],
    ['reason', { to: 'attended', reason: 'bell\u0007bell' }],
    ['to', { to: 'no_show', reason: 'was not there' }],
    ['to', { reason: 'was not there' }],
    ['from', { to: 'attended', from: 'no_show', reason: 'was there' }],
  ])('is refused when its %s cannot be: %j', async (path, body) => {
    const ada = await given();
    expect((await ada.override(body)).body).toMatchObject({
      status: 422,
      code: 'validation_failed',
      errors: [{ path }],
    });
  });

  it('is refused for an enrollment that is not in the event', async () => {
    const { enrollmentId } = await given();
    const elsewhere = await givenEvent(service);
    for (const id of [nobody, enrollmentId]) {
      const { body } = await service.admin.post(
        `/v1/events/${elsewhere}/enrollments/${id}/overrides`,
        mistake,
      );
      expect(body).toMatchObject({ status: 404, code: 'not_found' });
    }
  });
});

describe('cancelling an enrollment', () => {
  it('cancels who is confirmed or checked in, with the reason, and announces it', async () => {
    for (const checkedIn of [false, true]) {
      const ada = await given();
      if (checkedIn) await givenCheckIn(service, { ...ada, scannedAt: '2026-05-01T09:30:00+02:00' });
      const { status, body } = await ada.cancel({ reason: 'ill' });
      expect(status).toBe(200);
      expect(enrollmentBody.safeParse(body).error).toBeUndefined();
      expect(body).toMatchObject({ id: ada.enrollmentId, status: 'cancelled', version: checkedIn ? 3 : 2 });
      const { transitions, checkIns } = await ada.story();
      expect(transitions.at(-1)).toMatchObject({ to: 'cancelled', triggeredBy: 'admin', reason: 'ill' });
      expect(checkIns).toHaveLength(checkedIn ? 1 : 0);
      expect((await ada.announced()).at(-1)).toMatchObject({
        type: 'turnout.enrollment.cancelled.v1',
        data: { from: checkedIn ? 'checked_in' : 'confirmed', triggeredBy: 'admin' },
      });
    }
  });

  it('is refused a second time, after the verdict, and without a reason', async () => {
    const ada = await given();
    for (const body of [{}, { reason: '' }, { reason: 'ill', at: 'noon' }]) {
      expect((await ada.cancel(body)).body).toMatchObject({ status: 422, code: 'validation_failed' });
    }
    await ada.cancel({ reason: 'ill' });
    expect((await ada.cancel({ reason: 'ill' })).body).toMatchObject({
      status: 409,
      code: 'illegal_transition',
      from: 'cancelled',
      to: 'cancelled',
    });
    const judged = await given();
    await givenClosure(service, judged.eventId, [judged.enrollmentId]);
    expect((await judged.cancel({ reason: 'ill' })).body).toMatchObject({ from: 'no_show', to: 'cancelled' });
  });
});
