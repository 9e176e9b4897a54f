import { issueToken } from '@turnout/access/issue-token';
import { newId } from '@turnout/runtime/ids';
import {
  givenEnrollments,
  givenEvent,
  givenOrganization,
  givenToken,
  threeDaysAroundNow,
} from '@turnout/test-kit/given';
import { isAnyoneWaiting } from '@turnout/test-kit/is-anyone-waiting';
import { waitUntil } from '@turnout/test-kit/wait-until';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Answer, type FrontDesk, openFrontDesk } from './front-desk.ts';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const REASON = 'a phone in a pocket';

describe('undoing all scans of a device or a station', () => {
  let desk: FrontDesk;
  let eventId: string;
  const ago = (ms: number) => new Date(Date.now() - ms).toISOString();
  const window = { from: ago(3 * DAY), to: new Date(Date.now() + DAY).toISOString() };
  const undo = (body: object, { event = eventId, token = desk.organization.tokens.supervisor } = {}) =>
    desk.call('POST', `/v1/events/${event}/annulments`, {
      token,
      body: { ...window, reason: REASON, ...body },
    });
  const enroll = (count: number, event = eventId) =>
    givenEnrollments(desk.db, desk.organization.id, event, count);
  const statusOf = async (enrollmentId: string) => {
    const [row] = await desk.db.query(
      'select status, version from attendance.enrollments where enrollment_id = $1',
      [enrollmentId],
    );
    return row;
  };
  const recorded = async (enrollmentId = '') =>
    await desk.db.query('select action, actor, reason, cause from access.actions where subject_id = $1', [
      enrollmentId,
    ]);
  /** A device is known by the id of its token. */
  const aDevice = async (organizationId = desk.organization.id) => {
    const scope = { eventIds: null, station: null, expiresAt: null };
    const issued = await issueToken(desk.db, {
      organizationId,
      role: 'front_desk',
      label: 'phone',
      ...scope,
    });
    return { token: issued.token, deviceId: issued.tokenId };
  };
  const announcements = async () => {
    const [row] = await desk.db.query<{ count: number }>(
      `select (select count(*) from outbox.messages) +
         (select coalesce(sum(cardinality(message_ids)), 0) from outbox.published) as count`,
    );
    return row?.count ?? 0;
  };

  beforeAll(async () => {
    desk = await openFrontDesk();
  });
  beforeEach(async () => {
    eventId = await givenEvent(desk.db, desk.organization.id, {
      ...threeDaysAroundNow(),
    });
  });
  afterAll(async () => {
    await desk?.[Symbol.asyncDispose]();
  });

  it('takes back what one device did, and leaves what others did', async () => {
    const phone = await aDevice();
    const people = await enroll(3);
    const [ada, bob, eve] = people;
    for (const { accessCode } of people) await desk.scan(eventId, { accessCode }, phone.token);
    await desk.scan(eventId, { accessCode: ada?.accessCode, direction: 'exit' }, phone.token);
    await desk.scan(eventId, { accessCode: eve?.accessCode });

    const { status, body } = await undo({ deviceId: phone.deviceId });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      dryRun: false,
      checkIns: 4,
      people: 3,
      statusChanges: [{ from: 'checked_in', to: 'confirmed', count: 2 }],
    });
    expect(body.items).toHaveLength(4);
    expect(body.items[0]).toEqual({
      checkInId: expect.any(String),
      enrollmentId: ada?.id,
      displayName: ada?.name,
      scannedAt: expect.stringMatching(/Z$/),
      station: null,
      statusBefore: 'checked_in',
      statusAfter: 'confirmed',
    });
    expect(await statusOf(bob?.id ?? '')).toEqual({ status: 'confirmed', version: 3 });
    expect(await statusOf(eve?.id ?? '')).toEqual({ status: 'checked_in', version: 2 });
    expect((await undo({ deviceId: phone.deviceId })).body).toMatchObject({
      checkIns: 0,
      people: 0,
      items: [],
    });
    expect((await desk.scan(eventId, { accessCode: bob?.accessCode })).body.outcome).toBe('first');
  });

  it('shows in a dry run what it would do, and does nothing', async () => {
    const phone = await aDevice();
    const [ada] = await enroll(1);
    await desk.scan(eventId, { accessCode: ada?.accessCode }, phone.token);
    const preview = await undo({ deviceId: phone.deviceId, dryRun: true });
    expect(preview.body).toMatchObject({ dryRun: true, checkIns: 1, people: 1 });
    expect(await statusOf(ada?.id ?? '')).toEqual({ status: 'checked_in', version: 2 });
    expect(await recorded(ada?.id)).toEqual([]);
    const done = await undo({ deviceId: phone.deviceId });
    expect(done.body).toEqual({ ...preview.body, dryRun: false });
  });

  it('keeps to the window, both ends included, by the time of the scan', async () => {
    const people = await enroll(4);
    const times = [400, 300, 200, 100].map((minutes) => ago(minutes * MINUTE));
    for (const [index, { accessCode }] of people.entries()) {
      await desk.scan(eventId, { accessCode, station: 'Door A', scannedAt: times[index] });
    }
    await desk.scan(eventId, { accessCode: people[3]?.accessCode, station: 'Door B', scannedAt: times[1] });
    const { body } = await undo({ station: 'Door A', from: times[1], to: times[2] });
    expect(body.items.map(({ enrollmentId }: { enrollmentId: string }) => enrollmentId)).toEqual([
      people[1]?.id,
      people[2]?.id,
    ]);
  });

  it('keeps who did it, why and by which request, for each check-in and each change of status', async () => {
    const [ada] = await enroll(1);
    await desk.scan(eventId, { accessCode: ada?.accessCode, station: 'Door A' });
    await desk.scan(eventId, { accessCode: ada?.accessCode, station: 'Door A' });
    const { headers } = await undo({ station: 'Door A' });
    const cause = headers.get('x-request-id');
    const kept = await desk.db.query(
      'select annulled_by, annulment_reason from attendance.check_ins where enrollment_id = $1',
      [ada?.id],
    );
    const actor = { type: 'token', id: expect.any(String), label: 'test supervisor' };
    expect(kept).toEqual([
      { annulled_by: { ...actor, cause }, annulment_reason: REASON },
      { annulled_by: { ...actor, cause }, annulment_reason: REASON },
    ]);
    expect(await recorded(ada?.id)).toEqual(
      kept.map(() => ({ action: 'check_in.annulled', actor, reason: null, cause })),
    );
    const [audit, ...others] = await desk.db.query(
      `select from_status, to_status, triggered_by, actor, reason, cause, message_id from attendance.transitions
       where enrollment_id = $1 and version > 2`,
      [ada?.id],
    );
    expect(others).toEqual([]);
    expect(audit).toEqual({
      from_status: 'checked_in',
      to_status: 'confirmed',
      triggered_by: 'front_desk',
      actor,
      reason: REASON,
      cause,
      message_id: expect.any(String),
    });
  });

  it('announces each annulled entry, and no exit', async () => {
    const [ada] = await enroll(1);
    for (const direction of ['entry', 'exit', 'entry']) {
      await desk.scan(eventId, { accessCode: ada?.accessCode, station: 'Door A', direction });
    }
    const before = await announcements();
    expect((await undo({ station: 'Door A' })).body.checkIns).toBe(3);
    expect((await announcements()) - before).toBe(2);
  });

  it('takes away verdicts that rested on the scans, and leaves those of an override', async () => {
    const ended = await givenEvent(desk.db, desk.organization.id);
    const people = await enroll(2, ended);
    for (const { accessCode } of people) {
      await desk.scan(ended, { accessCode, station: 'Door A', scannedAt: ago(2 * DAY) });
    }
    for (const [index, verdictBy] of ['rule', 'override'].entries()) {
      await desk.db.query(
        `update attendance.enrollments set status = 'attended', attended_at = now(), verdict_by = $2 where enrollment_id = $1`,
        [people[index]?.id, verdictBy],
      );
    }
    expect((await undo({ station: 'Door A' }, { event: ended })).body).toMatchObject({
      people: 2,
      statusChanges: [{ from: 'attended', to: 'no_show', count: 1 }],
    });
    expect(await statusOf(people[1]?.id ?? '')).toMatchObject({ status: 'attended' });
  });

  it('leaves an admin’s override alone, also where it names no station', async () => {
    const [ada] = await enroll(1);
    const deviceId = newId();
    await desk.db.query(
      `insert into attendance.check_ins (event_id, check_in_id, enrollment_id, day, scanned_at, recorded_at, direction, source, device_id)
       values ($1, $2, $3, current_date, now(), now(), 'entry', 'override', $4)`,
      [eventId, newId(), ada?.id, deviceId],
    );
    expect((await undo({ deviceId })).body).toMatchObject({ checkIns: 0, people: 0, statusChanges: [] });
  });

  it('annuls each check-in once when two supervisors undo at the same instant', async () => {
    const people = await enroll(40);
    await desk.call('POST', `/v1/events/${eventId}/check-ins/batch`, {
      body: { scans: people.map(({ accessCode }) => ({ scanId: newId(), accessCode, station: 'Door A' })) },
    });
    const answers = await Promise.all(
      Array.from({ length: 6 }, (_, index) =>
        undo({ station: 'Door A' }, index % 2 ? { token: desk.organization.tokens.admin } : {}),
      ),
    );
    expect(answers.map(({ status }) => status)).toEqual(Array(6).fill(200));
    expect(answers.reduce((sum, { body }) => sum + body.checkIns, 0)).toBe(40);
    const versions = await desk.db.query(
      'select distinct status, version from attendance.enrollments where event_id = $1',
      [eventId],
    );
    expect(versions).toEqual([{ status: 'confirmed', version: 3 }]);
  });

  it('leaves an upload that commits while it waits alone, all of it', async () => {
    const [ada, bob] = await enroll(2);
    const phone = await aDevice();
    await desk.scan(eventId, { accessCode: ada?.accessCode }, phone.token);
    const held = Promise.withResolvers<void>();
    const locked = Promise.withResolvers<void>();
    const holding = desk.db.transaction(async (tx) => {
      await tx.query('select 1 from attendance.enrollments where enrollment_id = $1 for update', [ada?.id]);
      locked.resolve();
      await held.promise;
      for (const person of [ada, bob]) {
        await tx.query(
          `insert into attendance.check_ins (event_id, check_in_id, enrollment_id, day, scanned_at, recorded_at, direction,
             source, device_id, scan_id)
           values ($1, $2, $3, current_date, now(), now(), 'entry', 'scan', $4, $5)`,
          [eventId, newId(), person?.id, phone.deviceId, newId()],
        );
      }
    });
    await locked.promise;
    let answer: Promise<Answer>;
    try {
      answer = undo({ deviceId: phone.deviceId });
      await waitUntil(() => isAnyoneWaiting(desk.db));
    } finally {
      held.resolve();
      await holding;
    }
    expect((await answer).body).toMatchObject({ checkIns: 1, people: 1, statusChanges: [] });
    const left = await desk.db.query(
      'select 1 from attendance.check_ins where event_id = $1 and annulled_at is null',
      [eventId],
    );
    expect(left).toHaveLength(2);
  });

  it('finds nothing of a device or a station that was never here, and does not tell which exist', async () => {
    const others = await givenOrganization(desk.db);
    const nothing = { dryRun: false, checkIns: 0, people: 0, statusChanges: [], items: [] };
    expect((await undo({ deviceId: newId() })).body).toEqual(nothing);
    expect((await undo({ deviceId: (await aDevice(others.id)).deviceId })).body).toEqual(nothing);
    expect((await undo({ station: '100%' })).body).toEqual(nothing);
  });

  it('is for supervisors and admins of this event', async () => {
    for (const role of ['front_desk', 'auditor'] as const) {
      expect((await undo({ station: 'A' }, { token: desk.organization.tokens[role] })).status).toBe(403);
    }
    const others = await givenOrganization(desk.db);
    const foreign = await undo({ station: 'A' }, { token: others.tokens.admin });
    const missing = await undo({ station: 'A' }, { token: others.tokens.admin, event: newId() });
    expect(foreign.status).toBe(404);
    expect({ ...foreign.body, requestId: '' }).toEqual({ ...missing.body, requestId: '' });
    const scoped = await givenToken(desk.db, desk.organization.id, 'supervisor', { eventIds: [newId()] });
    expect((await undo({ station: 'A' }, { token: scoped })).status).toBe(404);
  });

  it('says which field is wrong', async () => {
    const wrong: [object, string][] = [
      [{}, 'deviceId'],
      [{ deviceId: newId(), station: 'A' }, 'deviceId'],
      [{ deviceId: 'phone' }, 'deviceId'],
      [{ station: 'A', from: window.to, to: window.from }, 'to'],
      [{ station: 'A', from: ago(365 * DAY), to: new Date(Date.now() + 2 * DAY).toISOString() }, 'to'],
      [{ station: 'A', from: '2026-05-01' }, 'from'],
      [{ station: 'A', to: 7 }, 'to'],
      [{ station: 'A', to: null }, 'to'],
      [{ station: 'A', reason: ' x ' }, 'reason'],
      [{ station: 'A', dryRun: 'yes' }, 'dryRun'],
      [{ station: 'A', all: true }, 'all'],
    ];
    for (const [body, path] of wrong) {
      const answer = await undo(body);
      expect({ body, status: answer.status, errors: answer.body.errors }).toMatchObject({
        body,
        status: 422,
        errors: expect.arrayContaining([expect.objectContaining({ path })]),
      });
    }
  });

  it('refuses more than 5,000 at once, naming how many there are, and does 5,000 within the time of a request', async () => {
    const people = await enroll(2_500);
    for (const part of [0, 1, 2, 3, 4]) {
      const scans = people
        .slice(part * 500, (part + 1) * 500)
        .flatMap(({ accessCode }) => [60, 30].map((minutes) => ({ accessCode, minutes })))
        .map(({ accessCode, minutes }) => ({
          scanId: newId(),
          accessCode,
          station: 'Door A',
          scannedAt: ago(minutes * MINUTE),
        }));
      const upload = await desk.call('POST', `/v1/events/${eventId}/check-ins/batch`, { body: { scans } });
      expect(upload.status).toBe(200);
    }
    await desk.scan(eventId, { accessCode: people[0]?.accessCode, station: 'Door A' });
    const refused = await undo({ station: 'Door A' });
    expect(refused).toMatchObject({
      status: 422,
      body: {
        code: 'too_many_check_ins',
        checkIns: 5_001,
        limit: 5_000,
        detail: expect.stringMatching(/^5,001 check-ins match.*shorter time window/),
      },
    });
    // On a busy machine it may take a second try.
    const { body } = await waitUntil(async () => {
      const answer = await undo({ station: 'Door A', to: ago(MINUTE) });
      return answer.status === 200 && answer;
    });
    expect(body).toMatchObject({
      checkIns: 5_000,
      people: 2_500,
      statusChanges: [{ from: 'checked_in', to: 'confirmed', count: 2_499 }],
    });
    expect(body.items).toHaveLength(100);
  });

  it('does 5,000 scans of one badge as well', async () => {
    const [ada] = await enroll(1);
    await desk.scan(eventId, { accessCode: ada?.accessCode });
    const deviceId = newId();
    await desk.db.query(
      `insert into attendance.check_ins (event_id, check_in_id, enrollment_id, day, scanned_at, recorded_at, direction, source,
         device_id, scan_id)
       select $1, gen_random_uuid(), $2, current_date, now(), now(), 'entry', 'scan', $3, gen_random_uuid()
       from generate_series(1, 5000)`,
      [eventId, ada?.id, deviceId],
    );
    expect((await undo({ deviceId })).body).toMatchObject({ checkIns: 5_000, people: 1, statusChanges: [] });
  });
});
