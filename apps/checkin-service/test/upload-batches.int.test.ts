import { newId } from '@turnout/runtime/ids';
import { givenEnrollments, givenEvent } from '@turnout/test-kit/given';
import { isAnyoneWaiting } from '@turnout/test-kit/is-anyone-waiting';
import { waitUntil } from '@turnout/test-kit/wait-until';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type FrontDesk, type Json, openFrontDesk } from './front-desk.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

describe('uploading scans in batches', () => {
  let desk: FrontDesk;
  let eventId: string;
  const upload = (scans: unknown, event = eventId) =>
    desk.call('POST', `/v1/events/${event}/check-ins/batch`, { body: { scans } });

  beforeAll(async () => {
    desk = await openFrontDesk();
    eventId = await givenEvent(desk.db, desk.organization.id, {
      starts_at: new Date(Date.now() - 2 * DAY),
      ends_at: new Date(Date.now() + DAY),
    });
  });
  afterAll(async () => {
    await desk?.[Symbol.asyncDispose]();
  });

  it('answers each scan in the order sent, with what the single call would have said', async () => {
    const [ada, bob] = await givenEnrollments(desk.db, desk.organization.id, eventId, 2);
    const repeated = newId();
    const { status, body } = await upload([
      { scanId: repeated, accessCode: ada?.accessCode },
      { scanId: newId(), accessCode: 'NOBODY' },
      { scanId: newId(), accessCode: bob?.accessCode, direction: 'sideways' },
      { scanId: repeated, accessCode: ada?.accessCode },
      { scanId: repeated, accessCode: bob?.accessCode },
      { scanId: newId(), enrollmentId: bob?.id, scannedAt: new Date(Date.now() + HOUR).toISOString() },
      { scanId: newId(), accessCode: ada?.accessCode },
      'not a scan',
      { scanId: newId(), accessCode: ada?.accessCode, admitUnpaid: true },
      { scanId: newId(), accessCode: ada?.accessCode, station: 'lone \ud800 surrogate' },
    ]);
    expect(status).toBe(200);
    expect(
      body.results.map((result: Json) => [result.status, result.body.code ?? result.body.outcome]),
    ).toEqual([
      [201, 'first'],
      [404, 'unknown_code'],
      [422, 'validation_failed'],
      [201, 'first'],
      [409, 'scan_id_reused'],
      [422, 'scanned_in_future'],
      [201, 're_entry'],
      [422, 'validation_failed'],
      [403, 'forbidden'],
      [422, 'validation_failed'],
    ]);
    expect(body.results[0].scanId).toBe(repeated);
    expect(body.results[7].scanId).toBeNull();
    expect(body.results[3].body).toEqual(body.results[0].body);
    expect(body.results[2].body.errors[0].path).toBe('direction');
  });

  it('comes to the same state for any order of upload, also where a ticket admits once', async () => {
    const strict = await givenEvent(desk.db, desk.organization.id, {
      starts_at: new Date(Date.now() - 2 * DAY),
      ends_at: new Date(Date.now() + DAY),
      reentry: 'once_per_day',
    });
    const people = await givenEnrollments(desk.db, desk.organization.id, strict, 2);
    const states: unknown[] = [];
    for (const [index, { accessCode, id }] of people.entries()) {
      const scans = [40, 39, 26, 3, 2, 1].map((hours) => ({
        scanId: newId(),
        accessCode,
        scannedAt: new Date(Date.now() - hours * HOUR).toISOString(),
        station: `${hours} hours ago`,
      }));
      await upload(index === 0 ? scans : scans.toReversed(), strict);
      states.push(
        await desk.db.query(
          `select e.status, e.version, array_agg(c.station order by c.scanned_at) as stations
           from attendance.enrollments e join attendance.check_ins c using (event_id, enrollment_id)
           where e.enrollment_id = $1 group by 1, 2`,
          [id],
        ),
      );
    }
    expect(states[0]).toEqual(states[1]);
    expect(states[0]).toHaveLength(1);
  });

  it('replays a whole upload without counting anyone twice', async () => {
    const people = await givenEnrollments(desk.db, desk.organization.id, eventId, 500);
    const scans = people.map(({ accessCode }) => ({ scanId: newId(), accessCode }));
    const first = await upload(scans);
    const again = await upload(scans.toReversed());
    expect(again.body.results.toReversed()).toEqual(first.body.results);
    const [count] = await desk.db.query(
      'select count(*) as rows, count(distinct enrollment_id) as people from attendance.check_ins where enrollment_id = any($1)',
      [people.map(({ id }) => id)],
    );
    expect(count).toEqual({ rows: 500, people: 500 });
  });

  it('takes 1000 scans and refuses 1001, none, and something else', async () => {
    const people = await givenEnrollments(desk.db, desk.organization.id, eventId, 1000);
    const scans = people.map(({ accessCode }) => ({
      scanId: newId(),
      accessCode,
      scannedAt: new Date().toISOString(),
    }));
    const { status, body } = await upload(scans);
    expect(status).toBe(200);
    expect(new Set(body.results.map((result: Json) => result.body.outcome))).toEqual(new Set(['first']));
    for (const wrong of [[...scans, scans[0]], [], {}, null, 'scans']) {
      expect(await upload(wrong)).toMatchObject({ status: 422, body: { code: 'validation_failed' } });
    }
  });

  it('answers each scan also when none of them can be read, and for an event that is there', async () => {
    const { status, body } = await upload([{ nonsense: 1 }, 5, null, []]);
    expect(status).toBe(200);
    expect(body.results.map((result: Json) => result.status)).toEqual([422, 422, 422, 422]);
    expect((await upload([{ nonsense: 1 }], newId())).status).toBe(404);
  });

  it('finds every ticket of an upload, by code and by id, while somebody else holds them', async () => {
    const people = await givenEnrollments(desk.db, desk.organization.id, eventId, 10);
    for (const name of ['accessCode', 'enrollmentId'] as const) {
      const held = Promise.withResolvers<void>();
      const holding = desk.db.transaction(async (tx) => {
        await tx.query('update attendance.enrollments set status = status where enrollment_id = any($1)', [
          people.map(({ id }) => id),
        ]);
        held.resolve();
        await waitUntil(() => isAnyoneWaiting(desk.db));
      });
      await held.promise;
      const { body } = await upload(
        people.map(({ id, accessCode }) => ({
          scanId: newId(),
          ...(name === 'accessCode' ? { accessCode } : { enrollmentId: id }),
        })),
      );
      await holding;
      expect(body.results.map((result: Json) => result.status)).toEqual(Array(10).fill(201));
    }
  });

  it('does not know an event of someone else', async () => {
    expect((await upload([{ scanId: newId(), accessCode: 'X' }], newId())).status).toBe(404);
  });
});
