import { participantExport } from '@turnout/contracts/http/personal-data';
import { newId } from '@turnout/runtime/ids';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AdminUnderTest, startAdminUnderTest } from './admin-under-test.ts';
import { nobody, someone } from './examples.ts';
import {
  givenCheckIn,
  givenClosure,
  givenEnrollment,
  givenEvent,
  givenOrder,
  givenProduct,
  participantOf,
} from './given.ts';

let service: AdminUnderTest;
beforeAll(async () => {
  service = await startAdminUnderTest();
});
afterAll(() => service[Symbol.asyncDispose]());

const unique = () => newId().slice(-12);
const erasure = (participantId: string) => `/v1/participants/${participantId}/erasure`;
const asked = { reason: 'asked for it' };

/** Everything in the database, as text. */
async function everything(): Promise<string> {
  const tables = await service.owner.query<{ name: string }>(
    `select format('%I.%I', schemaname, tablename) as name from pg_tables
     where schemaname in ('access', 'attendance', 'notifier', 'outbox')`,
  );
  const texts: string[] = [];
  for (const { name } of tables) {
    const rows = await service.owner.query<{ text: string }>(`select t::text as text from ${name} t`);
    texts.push(...rows.map(({ text }) => text));
  }
  return texts.join('\n');
}

/** Somebody who was at the event for a day, which is closed, with all that can be known of them. */
async function givenAttendee() {
  const mark = unique();
  const person = {
    name: `Ada ${mark}`,
    email: `ada-${mark}@example.org`,
    externalId: `id-${mark}`,
    locale: 'de',
  };
  const eventId = await givenEvent(service, { attendanceRequirement: { type: 'any_day' } });
  const enrollmentId = await givenEnrollment(service, eventId, person);
  const productId = await givenProduct(service, eventId);
  await givenOrder(service, { eventId, enrollmentId }, [{ productId, quantity: 2 }]);
  await givenCheckIn(service, { eventId, enrollmentId, scannedAt: '2026-05-01T10:00:00+02:00' });
  await givenClosure(service, eventId, [enrollmentId]);
  const participantId = await participantOf(service, eventId, enrollmentId);
  return { mark, person, eventId, enrollmentId, participantId };
}

describe('an export', () => {
  it('holds all there is about a person, and nothing of anybody else', async () => {
    const { person, eventId, enrollmentId, participantId } = await givenAttendee();
    const elsewhere = await givenEvent(service);
    await givenEnrollment(service, elsewhere, person);
    await givenEnrollment(service, eventId);
    const { organization, owner } = service;
    const messageId = newId();
    await owner.query(
      `with received as (
         insert into notifier.inbox (message_id, type, organization_id, event_id, subject_id)
         values ($1, 'turnout.participant.attended.v1', $2, $3, $4)
       )
       insert into notifier.deliveries
         (delivery_id, message_id, organization_id, event_id, enrollment_id, channel, template, status, sent_at)
       values (gen_random_uuid(), $1, $2, $3, $4, 'email', 'you-attended', 'sent', now())`,
      [messageId, organization.id, eventId, enrollmentId],
    );
    const scanId = newId();
    await owner.query(
      `insert into attendance.scans (event_id, scan_id, enrollment_id, named_enrollment_id, refusal, answer_status,
         answer_body, scanned_at, recorded_at, direction, device_id, cause)
       values ($1, $2, $3, $3, 'event_ended', 409, '{}', now(), now(), 'entry', gen_random_uuid(), 'test')`,
      [eventId, scanId, enrollmentId],
    );

    await owner.query(
      `insert into attendance.reused_scans (event_id, scan_id, reused_scan_id, enrollment_id, access_code, refusal,
         answer_status, answer_body, scanned_at, recorded_at, direction, device_id, cause)
       values ($1, $2, gen_random_uuid(), $3, 'OLD-CODE', 'scan_id_reused', 409, '{"code":"scan_id_reused"}', now(), now(),
         'entry', gen_random_uuid(), 'test')`,
      [eventId, scanId, enrollmentId],
    );
    await owner.query(
      `insert into attendance.withdrawn_codes (event_id, access_code, enrollment_id, withdrawn_at)
       values ($1, 'OLD-CODE', $2, now())`,
      [eventId, enrollmentId],
    );

    const { status, body, headers } = await service.admin.get(`/v1/participants/${participantId}/export`);
    expect(status).toBe(200);
    expect(participantExport.parse(body)).toEqual(body);
    expect(
      await owner.query('select action, cause from access.actions where subject_id = $1', [participantId]),
    ).toEqual([{ action: 'participant.exported', cause: headers.get('x-request-id') }]);
    expect(body.participant).toMatchObject({ id: participantId, ...person, erasedAt: null });
    expect(body.enrollments.map(({ event }: { event: { id: string } }) => event.id)).toEqual([
      eventId,
      elsewhere,
    ]);
    expect(body.enrollments[0]).toMatchObject({
      id: enrollmentId,
      status: 'attended',
      event: { name: 'TypeScript Days', timeZone: 'Europe/Berlin' },
      order: { status: 'paid', lineItems: [{ name: 'Lunch', quantity: 2 }] },
      checkIns: [{ day: '2026-05-01', station: 'Door A' }],
      scans: [{ scanId, refusal: 'event_ended', accessCode: null, answer: {} }],
      reusedScans: [{ scanId, accessCode: 'OLD-CODE', answer: { code: 'scan_id_reused' } }],
      withdrawnCodes: [{ accessCode: 'OLD-CODE' }],
      transitions: [{ to: 'confirmed' }, { to: 'checked_in' }, { to: 'attended' }],
      messages: [{ channel: 'email', template: 'you-attended', status: 'sent' }],
    });
    expect(body.enrollments[1]).toMatchObject({
      order: null,
      checkIns: [],
      scans: [],
      reusedScans: [],
      withdrawnCodes: [],
      messages: [],
    });
  });
});

describe('an erasure', () => {
  it('removes the person from everything, and leaves the verdict with its reasons', async () => {
    const { mark, eventId, enrollmentId, participantId } = await givenAttendee();
    const path = `/v1/events/${eventId}/enrollments/${enrollmentId}`;
    const reissued = await service.admin.post(`${path}/access-code`, { accessCode: `${mark}-1` });
    expect(reissued.status).toBe(200);
    await service.admin.post(`${path}/access-code`);
    const { body: before } = await service.admin.get(path);
    await service.owner.query(
      `update attendance.check_ins set annulled_at = now(), annulled_by = '{}', annulment_reason = $2
       where enrollment_id = $1`,
      [enrollmentId, `${mark} was somebody else`],
    );
    expect(await everything()).toContain(mark);

    const { status, body } = await service.admin.post(erasure(participantId), asked);
    expect({ status, body }).toEqual({
      status: 200,
      body: { id: participantId, erasedAt: expect.stringMatching(/Z$/) },
    });
    const left = await everything();
    expect(left).not.toContain(mark);
    expect(left).not.toContain(before.accessCode);

    const { body: after } = await service.admin.get(path);
    const nobodyAnyMore = { id: participantId, name: '(erased)', email: '', locale: null, externalId: null };
    expect(after).toMatchObject({ status: 'attended', version: before.version, participant: nobodyAnyMore });
    expect(after.transitions).toEqual(before.transitions);
    expect(after.checkIns).toMatchObject([{ annulmentReason: '(erased)' }]);
    const { body: exported } = await service.admin.get(`/v1/participants/${participantId}/export`);
    expect(participantExport.parse(exported).participant).toMatchObject({
      ...nobodyAnyMore,
      erasedAt: body.erasedAt,
    });
  });

  it('is written down once, with who asked and why and without the person, however often it is asked for', async () => {
    const { participantId } = await givenAttendee();
    const answers = await Promise.all(
      Array.from({ length: 5 }, () => service.admin.post(erasure(participantId), asked)),
    );
    const again = await service.admin.post(erasure(participantId), { reason: 'asked twice' });
    const [first] = answers;
    for (const answer of [...answers, again]) {
      expect({ status: answer.status, body: answer.body }).toEqual({ status: 200, body: first?.body });
    }
    const actions = await service.owner.query(
      `select action, actor ->> 'type' as actor, reason, details from access.actions where subject_id = $1`,
      [participantId],
    );
    expect(actions).toEqual([{ action: 'participant.erased', actor: 'token', ...asked, details: {} }]);
    const [row] = await service.owner.query(
      'select erasure_finished_at is not null as finished from attendance.participants where participant_id = $1',
      [participantId],
    );
    expect(row).toEqual({ finished: true });
  });

  it('lets the same person come again as somebody new, also in the same event', async () => {
    const { person, eventId, participantId } = await givenAttendee();
    await service.admin.post(erasure(participantId), asked);
    const { status, body } = await service.admin.post(`/v1/events/${eventId}/enrollments`, {
      participant: person,
    });
    expect(status).toBe(201);
    expect(body.participant).toMatchObject(person);
    expect(body.participant.id).not.toBe(participantId);
  });

  it('and enrolling the same address at the same time leave a name either nowhere or with somebody new', async () => {
    const event = await givenEvent(service);
    const others = await Promise.all(Array.from({ length: 6 }, () => givenEvent(service)));
    const { participant } = someone({ name: `Grace ${unique()}` });
    const participantId = await participantOf(
      service,
      event,
      await givenEnrollment(service, event, participant),
    );
    const [erased, ...enrolled] = await Promise.all([
      service.admin.post(erasure(participantId), asked),
      ...others.map((other) => service.admin.post(`/v1/events/${other}/enrollments`, { participant })),
    ]);
    expect([erased?.status, ...enrolled.map(({ status }) => status)]).toEqual([
      200,
      ...others.map(() => 201),
    ]);
    const rows = await service.owner.query<{ erased: boolean; name: string; people: number }>(
      `select p.erased_at is not null as erased, p.name, count(distinct participant_id)::int as people
       from attendance.enrollments e join attendance.participants p using (organization_id, participant_id)
       where e.event_id = any($1) group by 1, 2`,
      [[event, ...others]],
    );
    expect(rows.find(({ erased }) => erased)).toMatchObject({ name: '(erased)', people: 1 });
    for (const { erased, name, people } of rows.filter((row) => !row.erased)) {
      expect({ erased, name, people }).toEqual({ erased: false, name: participant.name, people: 1 });
    }
  });

  it('keeps the code of a badge that still decides something, until it does not', async () => {
    const eventId = await givenEvent(service, {
      startsAt: new Date(Date.now() - 3_600_000).toISOString(),
      endsAt: new Date(Date.now() + 3_600_000).toISOString(),
      attendanceRequirement: { type: 'any_day' },
    });
    const enrollmentId = await givenEnrollment(service, eventId);
    const participantId = await participantOf(service, eventId, enrollmentId);
    const path = `/v1/events/${eventId}/enrollments/${enrollmentId}`;
    const { body: before } = await service.admin.get(path);
    await service.admin.post(erasure(participantId), asked);
    expect((await service.admin.get(path)).body).toMatchObject({
      status: 'confirmed',
      accessCode: before.accessCode,
      participant: { name: '(erased)' },
    });
    await service.admin.post(`${path}/cancellation`, { reason: 'does not come' });
    await service.admin.post(erasure(participantId), asked);
    const { body: after } = await service.admin.get(path);
    expect(after.accessCode).toMatch(/^\(erased\) /);
  });

  it('says of a person who does not exist that there is none, and asks for a reason', async () => {
    expect((await service.admin.post(erasure(nobody), asked)).status).toBe(404);
    const { participantId } = await givenAttendee();
    const { body } = await service.admin.post(erasure(participantId), { reason: ' x ' });
    expect(body).toMatchObject({ status: 422, errors: [{ path: 'reason' }] });
  });
});
