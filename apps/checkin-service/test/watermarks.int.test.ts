import { reportWatermark } from '@turnout/attendance-store/devices/report-watermark';
import { newId } from '@turnout/runtime/ids';
import {
  type GivenEnrollment,
  givenEnrollments,
  givenEvent,
  givenOrganization,
  givenToken,
} from '@turnout/test-kit/given';
import { isAnyoneWaiting } from '@turnout/test-kit/is-anyone-waiting';
import { waitUntil } from '@turnout/test-kit/wait-until';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type FrontDesk, type Json, openFrontDesk } from './front-desk.ts';

const DAY = 24 * 3_600_000;

describe('devices that report how far they have uploaded', () => {
  let desk: FrontDesk;
  let eventId: string;
  let person: GivenEnrollment;
  let second: string;
  const upload = async (pendingBefore: unknown, token = desk.organization.tokens.front_desk) =>
    await desk.call('POST', `/v1/events/${eventId}/check-ins/batch`, {
      token,
      body: {
        scans: [{ scanId: newId(), accessCode: person.accessCode }],
        ...(pendingBefore === undefined ? {} : { pendingBefore }),
      },
    });
  const devices = async (query = ''): Promise<Json> =>
    (
      await desk.call('GET', `/v1/events/${eventId}/devices${query}`, {
        token: desk.organization.tokens.supervisor,
      })
    ).body;
  const watermarks = async () => {
    const { items } = await devices();
    return Object.fromEntries(items.map((item: Json) => [item.deviceLabel, item.pendingBefore]));
  };

  beforeAll(async () => {
    desk = await openFrontDesk();
    second = await givenToken(desk.db, desk.organization.id, 'supervisor');
  });
  beforeEach(async () => {
    eventId = await givenEvent(desk.db, desk.organization.id, {
      starts_at: new Date(Date.now() - DAY),
      ends_at: new Date(Date.now() + DAY),
    });
    const [someone] = await givenEnrollments(desk.db, desk.organization.id, eventId, 1);
    if (!someone) throw new Error('nobody was enrolled');
    person = someone;
  });
  afterAll(async () => {
    await desk?.[Symbol.asyncDispose]();
  });

  it('are known by what each said last, and one that says nothing is not among them', async () => {
    const { status, body } = await upload('2026-05-01T10:00:00+02:00');
    expect(status).toBe(200);
    expect(Object.keys(body)).toEqual(['results']);
    expect(await devices()).toEqual({
      items: [
        {
          deviceId: expect.any(String),
          deviceLabel: 'test front_desk',
          pendingBefore: '2026-05-01T08:00:00.000Z',
          reportedAt: expect.stringMatching(/Z$/),
        },
      ],
      nextCursor: null,
    });
    await upload(undefined, second);
    expect((await devices()).items).toHaveLength(1);
    await upload(null, second);
    expect(await watermarks()).toEqual({
      'test front_desk': '2026-05-01T08:00:00.000Z',
      'test supervisor': null,
    });
    await upload(undefined);
    expect(await watermarks()).toMatchObject({ 'test front_desk': '2026-05-01T08:00:00.000Z' });
    await upload(null);
    await upload('2026-05-02T00:00:00Z');
    expect(await watermarks()).toEqual({
      'test front_desk': '2026-05-02T00:00:00.000Z',
      'test supervisor': null,
    });
    const first = await devices('?limit=1');
    const next = await devices(`?limit=1&cursor=${first.nextCursor}`);
    expect([first, next].flatMap(({ items }) => items)).toEqual((await devices()).items);
    expect(next.nextCursor).toBeNull();
  });

  it('say so of one event: another event, one that is not there and one of somebody else hear nothing', async () => {
    await upload('2026-05-01T10:00:00Z');
    const before = eventId;
    eventId = await givenEvent(desk.db, desk.organization.id);
    expect((await devices()).items).toEqual([]);
    eventId = newId();
    expect((await upload(null)).status).toBe(404);
    eventId = before;
    const others = await givenOrganization(desk.db);
    expect((await upload(null, others.tokens.admin)).status).toBe(404);
    expect(await watermarks()).toEqual({ 'test front_desk': '2026-05-01T10:00:00.000Z' });
  });

  it('are refused what is no time, and their scans with it', async () => {
    for (const wrong of ['soon', '2026-05-01', 5, false, { at: 'x' }, '2026-05-01T10:00:00Z\u0000']) {
      expect(await upload(wrong)).toMatchObject({
        status: 422,
        body: { errors: [{ path: 'pendingBefore' }] },
      });
    }
    expect(await desk.db.query('select 1 from attendance.scans where event_id = $1', [eventId])).toEqual([]);
    expect((await devices()).items).toEqual([]);
  });

  it('are not believed before the scans of the same upload are committed', async () => {
    await upload('2026-05-01T10:00:00Z');
    const held = Promise.withResolvers<void>();
    const seen = Promise.withResolvers<void>();
    const holding = desk.db.transaction(async (tx) => {
      await tx.query('select 1 from attendance.enrollments where enrollment_id = $1 for update', [person.id]);
      held.resolve();
      await seen.promise;
    });
    await held.promise;
    const uploading = upload(null);
    await waitUntil(() => isAnyoneWaiting(desk.db));
    expect(await watermarks()).toEqual({ 'test front_desk': '2026-05-01T10:00:00.000Z' });
    seen.resolve();
    await holding;
    expect((await uploading).status).toBe(200);
    expect(await watermarks()).toEqual({ 'test front_desk': null });
  });

  it('are believed in the order in which their reports came in, not in which they were recorded', async () => {
    await upload(null);
    const [{ deviceId }] = (await devices()).items;
    const late = { eventId, deviceId, pendingBefore: new Date('2026-05-01T10:00:00Z'), ageMs: 60_000 };
    await reportWatermark(desk.db, late);
    expect(await watermarks()).toEqual({ 'test front_desk': null });
    await reportWatermark(desk.db, { ...late, ageMs: 0 });
    expect(await watermarks()).toEqual({ 'test front_desk': '2026-05-01T10:00:00.000Z' });
  });
});
