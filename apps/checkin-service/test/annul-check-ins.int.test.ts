import { newId } from '@turnout/runtime/ids';
import {
  givenEnrollments,
  givenEvent,
  givenOrganization,
  givenToken,
  threeDaysAroundNow,
} from '@turnout/test-kit/given';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type FrontDesk, openFrontDesk } from './front-desk.ts';

const DAY = 24 * 3_600_000;

describe('annulling a check-in', () => {
  let desk: FrontDesk;
  let eventId: string;
  const admit = async (event = eventId, scan: object = {}) => {
    const [person] = await givenEnrollments(desk.db, desk.organization.id, event, 1);
    if (!person) throw new Error('nobody was enrolled');
    const { body } = await desk.scan(event, { accessCode: person.accessCode, ...scan });
    return { ...person, checkInId: body.checkIn.id as string };
  };
  const annul = (
    checkInId: string,
    { token, event = eventId, reason = 'wrong badge' }: Record<string, string> = {},
  ) =>
    desk.call('POST', `/v1/events/${event}/check-ins/${checkInId}/annulment`, {
      body: { reason },
      ...(token === undefined ? {} : { token }),
    });

  beforeAll(async () => {
    desk = await openFrontDesk();
    eventId = await givenEvent(desk.db, desk.organization.id, {
      ...threeDaysAroundNow(),
    });
  });
  afterAll(async () => {
    await desk?.[Symbol.asyncDispose]();
  });

  it('takes the person back to confirmed when it was the only one, and the next scan is a first again', async () => {
    const person = await admit();
    const { status, body } = await annul(person.checkInId, { reason: '  picked the wrong row  ' });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      checkIn: {
        id: person.checkInId,
        annulledAt: expect.any(String),
        annulmentReason: 'picked the wrong row',
      },
      enrollment: { id: person.id, status: 'confirmed', version: 3, presentDays: [] },
    });
    const again = await desk.scan(eventId, { accessCode: person.accessCode });
    expect(again.body).toMatchObject({ outcome: 'first', enrollment: { version: 4 }, previous: null });
  });

  it('changes nothing else when another entry remains, and is in the audit trail all the same, once', async () => {
    const person = await admit();
    await desk.scan(eventId, { accessCode: person.accessCode });
    const { body, headers } = await annul(person.checkInId);
    expect(body.enrollment).toMatchObject({ status: 'checked_in', version: 2 });
    expect((await annul(person.checkInId)).status).toBe(409);
    const recorded = await desk.db.query(
      'select action, actor, event_id, reason, details, cause from access.actions where subject_id = $1',
      [person.id],
    );
    expect(recorded).toEqual([
      {
        action: 'check_in.annulled',
        actor: { type: 'token', id: expect.any(String), label: 'test front_desk' },
        event_id: eventId,
        reason: null,
        details: { checkInId: person.checkInId, day: body.checkIn.day },
        cause: headers.get('x-request-id'),
      },
    ]);
  });

  it('announces an annulled entry, and nothing of an exit, which was never announced', async () => {
    const person = await admit();
    const exit = await desk.scan(eventId, { accessCode: person.accessCode, direction: 'exit' });
    expect((await annul(exit.body.checkIn.id)).status).toBe(200);
    await annul(person.checkInId);
    const announced = await desk.db.query(
      `select to_status, message_id is not null as announced from attendance.transitions
       where enrollment_id = $1 and version > 1 order by version`,
      [person.id],
    );
    expect(announced).toEqual([
      { to_status: 'checked_in', announced: true },
      { to_status: 'confirmed', announced: true },
    ]);
  });

  it('happens once, however many desks try at the same instant', async () => {
    const person = await admit();
    const answers = await Promise.all(Array.from({ length: 10 }, () => annul(person.checkInId)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(answers.filter(({ body }) => body.code === 'already_annulled')).toHaveLength(9);
  });

  it('is for its own device for 15 minutes, and for a supervisor at any time', async () => {
    const person = await admit();
    const other = await givenToken(desk.db, desk.organization.id, 'front_desk');
    expect(await annul(person.checkInId, { token: other })).toMatchObject({
      status: 403,
      body: { code: 'forbidden' },
    });
    await desk.db.query(
      `update attendance.check_ins set recorded_at = recorded_at - interval '16 minutes' where check_in_id = $1`,
      [person.checkInId],
    );
    expect(await annul(person.checkInId)).toMatchObject({
      status: 409,
      body: { code: 'annulment_window_over' },
    });
    expect((await annul(person.checkInId, { token: desk.organization.tokens.supervisor })).status).toBe(200);
  });

  it('takes away a verdict that rested on it, which only a supervisor or an admin may', async () => {
    const ended = await givenEvent(desk.db, desk.organization.id);
    const person = await admit(ended, { scannedAt: new Date(Date.now() - 2 * DAY).toISOString() });
    await desk.db.query(
      `update attendance.enrollments set status = 'attended', attended_at = now(), verdict_by = 'rule' where enrollment_id = $1`,
      [person.id],
    );
    expect((await annul(person.checkInId, { event: ended })).status).toBe(403);
    const { body } = await annul(person.checkInId, {
      event: ended,
      token: desk.organization.tokens.supervisor,
    });
    expect(body.enrollment).toMatchObject({ status: 'no_show', presentDays: [] });
    const [audit] = await desk.db.query(
      'select triggered_by, reason, from_status from attendance.transitions where enrollment_id = $1 and version = 3',
      [person.id],
    );
    expect(audit).toEqual({ triggered_by: 'front_desk', reason: 'wrong badge', from_status: 'attended' });
  });

  it('needs a reason, and a check-in of this event and organization', async () => {
    const person = await admit();
    expect(await annul(person.checkInId, { reason: ' x ' })).toMatchObject({
      status: 422,
      body: { errors: [{ path: 'reason' }] },
    });
    expect((await annul(newId())).status).toBe(404);
    const others = await givenOrganization(desk.db);
    expect((await annul(person.checkInId, { token: others.tokens.admin })).status).toBe(404);
    const elsewhere = await givenEvent(desk.db, desk.organization.id);
    expect((await annul(person.checkInId, { event: elsewhere })).status).toBe(404);
    expect((await annul(person.checkInId, { token: desk.organization.tokens.auditor })).status).toBe(403);
  });
});
