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

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

describe('checking in', () => {
  let desk: FrontDesk;
  let eventId: string;
  const enroll = async (event = eventId) => {
    const [person] = await givenEnrollments(desk.db, desk.organization.id, event, 1);
    if (!person) throw new Error('nobody was enrolled');
    return person;
  };

  beforeAll(async () => {
    desk = await openFrontDesk();
    eventId = await givenEvent(desk.db, desk.organization.id, threeDaysAroundNow());
  });
  afterAll(async () => {
    await desk?.[Symbol.asyncDispose]();
  });

  it('admits a person for the first time, with all a desk needs to see', async () => {
    const person = await enroll();
    const scanId = newId();
    const { status, body } = await desk.scan(eventId, {
      scanId,
      accessCode: person.accessCode,
      station: 'Door A',
    });
    expect(status).toBe(201);
    expect(body).toEqual({
      outcome: 'first',
      checkIn: {
        id: expect.any(String),
        day: expect.stringMatching(/^\d{4}-\d\d-\d\d$/),
        scannedAt: expect.stringMatching(/Z$/),
        recordedAt: expect.stringMatching(/Z$/),
        station: 'Door A',
        direction: 'entry',
        source: 'scan',
      },
      enrollment: {
        id: person.id,
        status: 'checked_in',
        version: 2,
        displayName: person.name,
        ticketType: null,
        presentDays: [body.checkIn.day],
      },
      previous: null,
    });
  });

  it('tells a double scan from a new day, and says where and when the ticket was seen before', async () => {
    const person = await enroll();
    const yesterday = new Date(Date.now() - DAY + MINUTE).toISOString();
    const before = await desk.scan(eventId, {
      accessCode: person.accessCode,
      scannedAt: yesterday,
      station: 'Door A',
    });
    const newDay = await desk.scan(eventId, { enrollmentId: person.id, station: 'Door B' });
    expect(newDay.body).toMatchObject({
      outcome: 'new_day',
      enrollment: { version: 2, presentDays: [before.body.checkIn.day, newDay.body.checkIn.day] },
      previous: { scannedAt: yesterday, station: 'Door A', sameDevice: true },
    });
    const other = await givenToken(desk.db, desk.organization.id, 'front_desk', { station: 'Gate 7' });
    const again = await desk.scan(eventId, { accessCode: person.accessCode }, other);
    expect(again.body).toMatchObject({
      outcome: 're_entry',
      checkIn: { station: 'Gate 7' },
      previous: { station: 'Door B', sameDevice: false, secondsAgo: expect.any(Number) },
    });
    expect(again.body.previous.secondsAgo).toBeLessThan(120);
  });

  it('answers a repeated scanId with the first answer, to the byte, whatever has happened since', async () => {
    const person = await enroll();
    const scan = { scanId: newId(), accessCode: person.accessCode };
    const first = await desk.scan(eventId, scan);
    await desk.scan(eventId, { accessCode: person.accessCode });
    const replay = await desk.scan(eventId, { ...scan, enrollmentId: undefined });
    expect(replay.headers.get('idempotent-replayed')).toBe('true');
    expect(first.headers.get('idempotent-replayed')).toBeNull();
    expect(JSON.stringify(replay.body)).toBe(JSON.stringify(first.body));
    const byId = await desk.scan(eventId, { scanId: scan.scanId, enrollmentId: person.id });
    expect(byId.body).toEqual(first.body);
    const count = await desk.db.query('select 1 from attendance.check_ins where enrollment_id = $1', [
      person.id,
    ]);
    expect(count).toHaveLength(2);
  });

  it('remembers refusals too: an unknown code stays unknown to its scanId even when it is enrolled later', async () => {
    const scan = { scanId: newId(), accessCode: `NEW${newId()}` };
    const refused = await desk.scan(eventId, scan);
    expect(refused).toMatchObject({ status: 404, body: { code: 'unknown_code', status: 404 } });
    expect(refused.headers.get('content-type')).toContain('application/problem+json');
    const person = await enroll();
    await desk.db.query('update attendance.enrollments set access_code = $1 where enrollment_id = $2', [
      scan.accessCode,
      person.id,
    ]);
    const replay = await desk.scan(eventId, scan);
    expect(replay.status).toBe(404);
    expect(replay.body).toEqual(refused.body);
    expect((await desk.scan(eventId, { accessCode: scan.accessCode })).status).toBe(201);
  });

  it('tells a desk that something else with a code on it is no ticket, and keeps what it read', async () => {
    for (const accessCode of [
      'https://example.org/?a=1 2',
      'BEGIN:VCARD\nFN:Ada\nEND:VCARD',
      'x'.repeat(2000),
    ]) {
      const scan = { scanId: newId(), accessCode };
      expect(await desk.scan(eventId, scan)).toMatchObject({ status: 404, body: { code: 'unknown_code' } });
      const [kept] = await desk.db.query('select access_code from attendance.scans where scan_id = $1', [
        scan.scanId,
      ]);
      expect(kept).toEqual({ access_code: accessCode });
    }
  });

  it('refuses a scanId that names another ticket, and leaves that ticket alone', async () => {
    const [one, other] = [await enroll(), await enroll()];
    const scanId = newId();
    await desk.scan(eventId, { scanId, accessCode: one.accessCode });
    const reused = await desk.scan(eventId, { scanId, accessCode: other.accessCode });
    expect(reused).toMatchObject({ status: 409, body: { code: 'scan_id_reused' } });
    const [row] = await desk.db.query('select status from attendance.enrollments where enrollment_id = $1', [
      other.id,
    ]);
    expect(row).toEqual({ status: 'confirmed' });
  });

  it('gives the same scanId in two events two lives', async () => {
    const second = await givenEvent(desk.db, desk.organization.id, threeDaysAroundNow());
    const scanId = newId();
    const [here, there] = [await enroll(), await enroll(second)];
    expect((await desk.scan(eventId, { scanId, accessCode: here.accessCode })).status).toBe(201);
    expect((await desk.scan(second, { scanId, accessCode: there.accessCode })).status).toBe(201);
  });

  it('does not know the codes of another event or organization', async () => {
    const elsewhere = await givenEvent(desk.db, desk.organization.id, threeDaysAroundNow());
    const stranger = await enroll(elsewhere);
    expect((await desk.scan(eventId, { accessCode: stranger.accessCode })).body.code).toBe('unknown_code');
    expect((await desk.scan(eventId, { enrollmentId: stranger.id })).body.code).toBe('unknown_code');
  });

  it('refuses after the event ended, and accepts what was scanned in time and uploaded later', async () => {
    const ended = await givenEvent(desk.db, desk.organization.id, {
      starts_at: new Date(Date.now() - 3 * DAY),
      ends_at: new Date(Date.now() - DAY),
    });
    const person = await enroll(ended);
    const late = await desk.scan(ended, { accessCode: person.accessCode });
    expect(late).toMatchObject({ status: 409, body: { code: 'event_ended', endedAt: expect.any(String) } });
    const inTime = new Date(Date.now() - 2 * DAY).toISOString();
    const uploaded = await desk.scan(ended, { accessCode: person.accessCode, scannedAt: inTime });
    expect(uploaded).toMatchObject({
      status: 201,
      body: { outcome: 'first', checkIn: { scannedAt: inTime } },
    });
  });

  it('refuses before admission opens, and counts a set-up day for nothing', async () => {
    const future = await givenEvent(desk.db, desk.organization.id, {
      time_zone: 'UTC',
      starts_at: new Date(Date.now() + 3 * DAY),
      ends_at: new Date(Date.now() + 4 * DAY),
    });
    const early = await enroll(future);
    expect((await desk.scan(future, { accessCode: early.accessCode })).body).toMatchObject({
      code: 'not_open_yet',
      opensAt: `${new Date(Date.now() + 3 * DAY).toISOString().slice(0, 10)}T00:00:00.000Z`,
    });
    const withSetUp = await givenEvent(desk.db, desk.organization.id, {
      starts_at: new Date(Date.now() + 3 * DAY),
      ends_at: new Date(Date.now() + 4 * DAY),
      admission_opens_at: new Date(Date.now() - MINUTE),
    });
    const helper = await enroll(withSetUp);
    const { body } = await desk.scan(withSetUp, { accessCode: helper.accessCode });
    expect(body).toMatchObject({ outcome: 'first', enrollment: { status: 'checked_in', presentDays: [] } });
  });

  it('refuses a scan from a clock that is more than five minutes ahead, and keeps the refusal', async () => {
    const person = await enroll();
    const scan = { accessCode: person.accessCode, scanId: newId() };
    const ahead = { ...scan, scannedAt: new Date(Date.now() + 6 * MINUTE).toISOString() };
    expect(await desk.scan(eventId, ahead)).toMatchObject({
      status: 422,
      body: { code: 'scanned_in_future' },
    });
    const tolerated = {
      ...scan,
      scanId: newId(),
      scannedAt: new Date(Date.now() + 4 * MINUTE).toISOString(),
    };
    expect((await desk.scan(eventId, tolerated)).status).toBe(201);
    const [kept] = await desk.db.query(
      'select refusal, access_code from attendance.scans where scan_id = $1',
      [scan.scanId],
    );
    expect(kept).toEqual({ refusal: 'scanned_in_future', access_code: person.accessCode });
  });

  it('refuses for a cancelled event and a cancelled ticket', async () => {
    const cancelled = await givenEvent(desk.db, desk.organization.id, {
      ...threeDaysAroundNow(),
      cancelled_at: new Date(),
      cancellation_reason: 'storm',
    });
    const person = await enroll(cancelled);
    expect((await desk.scan(cancelled, { accessCode: person.accessCode })).body.code).toBe('event_cancelled');
    const gone = await enroll();
    await desk.db.query(
      `update attendance.enrollments set status = 'cancelled', cancelled_at = '2026-05-03T14:05:00+02:00'
       where enrollment_id = $1`,
      [gone.id],
    );
    expect((await desk.scan(eventId, { accessCode: gone.accessCode })).body).toMatchObject({
      code: 'enrollment_cancelled',
      detail: 'Ask the organizer: this ticket was cancelled on 3 May 2026, 12:05.',
      cancelledAt: '2026-05-03T12:05:00.000Z',
    });
  });

  it('keeps to the re-entry policy: once a day, and once', async () => {
    for (const reentry of ['once_per_day', 'once'] as const) {
      const strict = await givenEvent(desk.db, desk.organization.id, { ...threeDaysAroundNow(), reentry });
      const person = await enroll(strict);
      const yesterday = new Date(Date.now() - DAY + MINUTE).toISOString();
      await desk.scan(strict, { accessCode: person.accessCode, scannedAt: yesterday, station: 'Door A' });
      const today = await desk.scan(strict, { accessCode: person.accessCode });
      expect(today.status).toBe(reentry === 'once' ? 409 : 201);
      const again = await desk.scan(strict, { accessCode: person.accessCode });
      expect(again).toMatchObject({
        status: 409,
        body: { code: 'already_checked_in', previous: { sameDevice: true } },
      });
      const other = await givenToken(desk.db, desk.organization.id, 'front_desk');
      const elsewhere = await desk.scan(strict, { accessCode: person.accessCode }, other);
      expect(elsewhere.body).toMatchObject({
        code: 'already_checked_in',
        detail: expect.stringMatching(/another device on .* call a supervisor\.$/),
        previous: { sameDevice: false, secondsAgo: expect.any(Number) },
      });
      expect((await desk.scan(strict, { accessCode: person.accessCode, direction: 'exit' })).status).toBe(
        201,
      );
    }
  });

  it('calls a double scan what it is, so that nobody is sent away for it', async () => {
    const strict = await givenEvent(desk.db, desk.organization.id, {
      ...threeDaysAroundNow(),
      reentry: 'once',
    });
    const person = await enroll(strict);
    const first = new Date(Date.now() - MINUTE);
    const again = new Date(first.getTime() + 4_000);
    await desk.scan(strict, { accessCode: person.accessCode, scannedAt: first.toISOString() });
    const tap = await desk.scan(strict, { accessCode: person.accessCode, scannedAt: again.toISOString() });
    expect(tap.body).toMatchObject({
      code: 'already_checked_in',
      detail: expect.stringContaining(
        'This device scanned this badge 4 seconds ago: a double scan, nothing is wrong.',
      ),
      previous: { sameDevice: true, secondsAgo: 4 },
    });
  });

  it('counts late evidence: a no-show who was there becomes attended, and the version counts it', async () => {
    const ended = await givenEvent(desk.db, desk.organization.id);
    const person = await enroll(ended);
    await desk.db.transaction(async (tx) => {
      await tx.query(
        `update attendance.enrollments set status = 'no_show', version = 2, verdict_by = 'rule' where enrollment_id = $1`,
        [person.id],
      );
      await tx.query(
        `insert into attendance.transitions (event_id, enrollment_id, version, transition_id, organization_id, from_status,
           to_status, triggered_by, actor, reason, at, cause)
         values ($1, $2, 2, gen_random_uuid(), $3, 'confirmed', 'no_show', 'system', '{}', 'never_checked_in', now(), 'test')`,
        [ended, person.id, desk.organization.id],
      );
    });
    const { body } = await desk.scan(ended, {
      accessCode: person.accessCode,
      scannedAt: new Date(Date.now() - 2 * DAY).toISOString(),
    });
    expect(body).toMatchObject({ outcome: 'first', enrollment: { status: 'attended', version: 3 } });
    const [audit] = await desk.db.query(
      'select triggered_by, reason, evidence, message_id from attendance.transitions where enrollment_id = $1 and version = 3',
      [person.id],
    );
    expect(audit).toMatchObject({
      triggered_by: 'system',
      reason: 'late_evidence',
      evidence: { required: 1, rule: 'any_day', daysPresent: [expect.any(String)] },
      message_id: expect.any(String),
    });
  });

  it('lets only a supervisor send admitUnpaid', async () => {
    const person = await enroll();
    const scan = { accessCode: person.accessCode, admitUnpaid: true };
    expect(await desk.scan(eventId, scan)).toMatchObject({ status: 403, body: { code: 'forbidden' } });
    expect((await desk.scan(eventId, scan, desk.organization.tokens.supervisor)).status).toBe(201);
  });

  it('says which field is wrong and what to do', async () => {
    const wrong: [object, string][] = [
      [{ scanId: 'abc', accessCode: 'X' }, 'scanId'],
      [{}, 'accessCode'],
      [{ accessCode: 'X', enrollmentId: newId() }, 'accessCode'],
      [{ accessCode: 'X', scannedAt: '2026-02-30T10:00:00Z' }, 'scannedAt'],
      [{ accessCode: 'X', scannedAt: '2026-05-01T10:00:00' }, 'scannedAt'],
      [{ accessCode: 'X', direction: 'in' }, 'direction'],
      [{ accessCode: 'X\u0000' }, 'accessCode'],
      [{ accessCode: '' }, 'accessCode'],
      [{ accessCode: 'X', station: 'a\u0000b' }, 'station'],
      [{ accessCode: 'X', colour: 'red' }, 'colour'],
    ];
    for (const [scan, path] of wrong) {
      const { status, body } = await desk.scan(eventId, scan);
      expect({ scan, status, paths: body.errors?.map((error: { path: string }) => error.path) }).toEqual({
        scan,
        status: 422,
        paths: expect.arrayContaining([path]),
      });
    }
  });

  it('is invisible to other organizations and to tokens of other events', async () => {
    const person = await enroll();
    const others = await givenOrganization(desk.db);
    const scan = { accessCode: person.accessCode };
    const foreign = await desk.scan(eventId, scan, others.tokens.admin);
    const missing = await desk.scan(newId(), scan, others.tokens.admin);
    expect(foreign.status).toBe(404);
    expect({ ...foreign.body, requestId: '' }).toEqual({ ...missing.body, requestId: '' });
    const scoped = await givenToken(desk.db, desk.organization.id, 'front_desk', { eventIds: [newId()] });
    expect((await desk.scan(eventId, scan, scoped)).body.code).toBe('not_found');
    expect((await desk.scan(eventId, scan, desk.organization.tokens.auditor)).status).toBe(403);
    expect(
      (await desk.call('POST', `/v1/events/${eventId}/check-ins`, { token: 'tnt_x', body: scan })).status,
    ).toBe(401);
  });

  it('announces an entry in the outbox and keeps names out of it', async () => {
    const person = await enroll();
    await desk.scan(eventId, { accessCode: person.accessCode });
    await desk.scan(eventId, { accessCode: person.accessCode, direction: 'exit' });
    const [audit] = await desk.db.query<{ message_id: string }>(
      'select message_id from attendance.transitions where enrollment_id = $1 and version = 2',
      [person.id],
    );
    expect(audit?.message_id).toEqual(expect.any(String));
    const leaked = await desk.db.query('select body from outbox.messages where body like $1', [
      `%${person.name}%`,
    ]);
    expect(leaked).toEqual([]);
  });
});
