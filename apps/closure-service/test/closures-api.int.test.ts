import { closureRun } from '@turnout/contracts/http/closure-runs';
import { closureOfEvent, closurePreview } from '@turnout/contracts/http/closures';
import { listOf } from '@turnout/contracts/http/pagination';
import { newId } from '@turnout/runtime/ids';
import { givenEvent, givenOrganization, givenToken } from '@turnout/test-kit/given';
import { isAnyoneWaiting } from '@turnout/test-kit/is-anyone-waiting';
import { createTestVhost } from '@turnout/test-kit/test-vhost';
import { waitUntil } from '@turnout/test-kit/wait-until';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { closeEvent } from '../src/commands/close-event.ts';
import { startClosureService } from '../src/service.ts';
import {
  alwaysYes,
  type ClosingKit,
  checkIn,
  givenThreeDays,
  openClosingKit,
  runs,
  statuses,
} from './closing-kit.ts';
import { enrollInto, firstDay, givenHalfAttendedEvent, ids, order, secondDay } from './half-attended.ts';
import { serviceConfig } from './service-config.ts';

const opened = new AsyncDisposableStack();
let kit: ClosingKit;
let url: string;

beforeAll(async () => {
  kit = opened.use(await openClosingKit());
  const vhost = opened.use(await createTestVhost());
  const due = await givenEvent(kit.db, kit.organization.id);
  // Comes round once, at the start: from there on, events stay as the tests make them.
  const config = serviceConfig({ kit, amqpUrl: vhost.amqpUrl, schedule: '0 0 1 1 *' });
  url = opened.use(await startClosureService(config)).url;
  await waitUntil(async () => (await runs(kit.db, due))[0]?.status === 'succeeded');
});
afterAll(async () => {
  await opened.disposeAsync();
});

const get = async (path: string, token = kit.organization.tokens.auditor) => {
  const response = await fetch(`${url}${path}`, {
    headers: { authorization: `Bearer ${token}`, 'x-request-id': 'same' },
  });
  const text = await response.text();
  // biome-ignore lint/suspicious/noExplicitAny: assertions say what it should be
  return { status: response.status, text, body: JSON.parse(text) as any };
};
const closures = async (query = '', token?: string) =>
  listOf(closureOfEvent).parse((await get(`/v1/closures?limit=200${query}`, token)).body).items;
const stateOf = async (eventId: string) =>
  (await closures()).find((closure) => closure.eventId === eventId)?.state;
const close = async (eventId: string) => await closeEvent(kit.closure({ locks: alwaysYes }), order(eventId));
const soon = () => new Date(Date.now() + 3_600_000);

describe('where closures stand', () => {
  it.each([
    ['not_due', async () => await givenEvent(kit.db, kit.organization.id, { ends_at: soon() })],
    [
      'not_due',
      async () => await givenEvent(kit.db, kit.organization.id, { closure_grace_minutes: 100_000 }),
    ],
    ['due', async () => await givenThreeDays(kit)],
    [
      'cancelled',
      async () =>
        await givenEvent(kit.db, kit.organization.id, {
          cancelled_at: new Date(),
          cancellation_reason: 'storm',
        }),
    ],
    [
      'closed',
      async () => {
        const eventId = await givenThreeDays(kit);
        await close(eventId);
        return eventId;
      },
    ],
    [
      'due',
      async () => {
        const eventId = await givenThreeDays(kit);
        await close(eventId);
        await enrollInto(kit, eventId, 1);
        return eventId;
      },
    ],
    [
      'waiting_for_devices',
      async () => {
        const eventId = await givenEvent(kit.db, kit.organization.id, { device_grace_minutes: 100_000 });
        await kit.db.query(
          `insert into attendance.device_watermarks (event_id, device_id, pending_before, reported_at)
           values ($1, $2, now(), now())`,
          [eventId, newId()],
        );
        return eventId;
      },
    ],
  ] as const)('%s is what an event is', async (state, given) => {
    const eventId = await given();
    expect(await stateOf(eventId)).toBe(state);
    const others = await closures(`&state=${state}`);
    expect(others.map((closure) => closure.state)).toEqual(others.map(() => state));
    expect(others.map((closure) => closure.eventId)).toContain(eventId);
  });

  const givenRun = async (eventId: string, status: 'running' | 'failed') => {
    const id = newId();
    await kit.db.query(
      `insert into attendance.closure_runs
         (event_id, run_id, organization_id, trigger, status, epoch, error, started_at, finished_at)
       values ($1, $2, $3, 'schedule', $4, 1, case when $4 = 'failed' then 'the database was not available' end, now(),
         case when $4 = 'failed' then now() end)`,
      [eventId, id, kit.organization.id, status],
    );
    return id;
  };

  it.each(['running', 'failed'] as const)('%s is an event whose last run is', async (status) => {
    const eventId = await givenThreeDays(kit);
    const runId = await givenRun(eventId, status);
    const [closure] = (await closures(`&state=${status}`)).filter((one) => one.eventId === eventId);
    expect(closure).toMatchObject({ state: status, lastRun: { id: runId, status } });
    const listed = listOf(closureRun).parse((await get(`/v1/closure-runs?status=${status}`)).body).items;
    expect(listed.map((run) => run.status)).toEqual(listed.map(() => status));
    expect(listed).toContainEqual(closure?.lastRun);
  });

  it('lists the runs of all events page by page, the latest first', async () => {
    const first = listOf(closureRun).parse((await get('/v1/closure-runs?limit=2')).body);
    const rest = listOf(closureRun).parse((await get(`/v1/closure-runs?cursor=${first.nextCursor}`)).body);
    const seen = [...first.items, ...rest.items].map(({ id }) => id);
    expect(seen).toEqual([...seen].sort().reverse());
    expect(new Set(seen).size).toBe(seen.length);
    expect((await get(`/v1/closure-runs?status=failed&cursor=${first.nextCursor}`)).status).toBe(422);
    expect((await get('/v1/closure-runs?status=late')).status).toBe(422);
    expect((await get('/v1/closures?state=late')).status).toBe(422);
  });

  it('shows nobody what belongs to others: an organization, or events outside the scope of a token', async () => {
    const eventId = await givenThreeDays(kit);
    const runId = await givenRun(eventId, 'failed');
    const other = await givenOrganization(kit.db);
    const elsewhere = await givenToken(kit.db, kit.organization.id, 'admin', {
      eventIds: [await givenThreeDays(kit)],
    });
    const here = await givenToken(kit.db, kit.organization.id, 'auditor', { eventIds: [eventId] });
    const runsOf = async (token: string) => (await get('/v1/closure-runs', token)).body.items;
    expect(await closures('', other.tokens.admin)).toEqual([]);
    expect(await runsOf(other.tokens.admin)).toEqual([]);
    expect((await closures('', elsewhere)).map((one) => one.eventId)).not.toContain(eventId);
    expect(await runsOf(elsewhere)).toEqual([]);
    expect((await closures('', here)).map((one) => one.eventId)).toEqual([eventId]);
    expect((await runsOf(here)).map(({ id }: { id: string }) => id)).toEqual([runId]);
    for (const path of ['/v1/closures', '/v1/closure-runs', `/v1/events/${eventId}/closure-preview`]) {
      expect((await get(path, kit.organization.tokens.supervisor)).status).toBe(403);
    }
  });
});

describe('previewing a closure', () => {
  const preview = async (eventId: string, query = '') =>
    closurePreview.parse((await get(`/v1/events/${eventId}/closure-preview${query}`)).body);

  it('says what closing then decides, person by person and in total, and decides nothing', async () => {
    const { eventId, people } = await givenHalfAttendedEvent(kit, 6);
    const [, , , once, never] = ids(people);
    await checkIn(kit, eventId, [once ?? ''], firstDay);
    const first = await preview(eventId, '?limit=4');
    const rest = await preview(eventId, `?limit=4&cursor=${first.nextCursor}`);
    expect(first.totals).toEqual({
      wouldBe: { attended: 3, noShow: 3 },
      already: { attended: 0, noShow: 0, cancelled: 0 },
    });
    expect(rest).toMatchObject({ totals: null, nextCursor: null });
    const all = [...first.items, ...rest.items];
    expect(all.map(({ enrollmentId }) => enrollmentId)).toEqual(ids(people));
    expect(all.find(({ enrollmentId }) => enrollmentId === once)).toMatchObject({
      displayName: 'Person 4',
      status: 'checked_in',
      verdict: 'no_show',
      reason: 'requirement_not_met',
      evaluation: {
        rule: 'minimum_days',
        met: false,
        presentDays: ['2026-05-01'],
        requiredDays: 2,
        missingDays: ['2026-05-02', '2026-05-03'],
      },
    });
    expect(all.find(({ enrollmentId }) => enrollmentId === never)).toMatchObject({
      status: 'confirmed',
      verdict: 'no_show',
      reason: 'never_checked_in',
    });

    expect(new Set(Object.values(await statuses(kit.db, eventId)))).toEqual(
      new Set(['confirmed', 'checked_in']),
    );
    await close(eventId);
    const foretold = Object.fromEntries(all.map(({ enrollmentId, verdict }) => [enrollmentId, verdict]));
    expect(await statuses(kit.db, eventId)).toEqual(foretold);
    expect(await preview(eventId)).toEqual({
      totals: { wouldBe: { attended: 0, noShow: 0 }, already: { attended: 3, noShow: 3, cancelled: 0 } },
      items: [],
      nextCursor: null,
    });
  });

  it('counts neither exits nor what was annulled, like closure', async () => {
    const { eventId, people } = await givenHalfAttendedEvent(kit, 4);
    const [annulled, left] = ids(people);
    await kit.db.query(
      `update attendance.check_ins set annulled_at = now(), annulled_by = '{}', annulment_reason = 'wrong badge'
       where event_id = $1 and enrollment_id = $2 and day = '2026-05-02'`,
      [eventId, annulled],
    );
    await kit.db.query(
      `update attendance.check_ins set direction = 'exit'
       where event_id = $1 and enrollment_id = $2 and day = '2026-05-02'`,
      [eventId, left],
    );
    const { totals, items } = await preview(eventId);
    expect(totals?.wouldBe).toEqual({ attended: 0, noShow: 4 });
    expect(items.filter(({ verdict }) => verdict === 'attended')).toEqual([]);
  });

  it('shows everybody as of one instant, whatever is scanned meanwhile', async () => {
    const eventId = await givenThreeDays(kit);
    const [person = ''] = ids(await enrollInto(kit, eventId, 1));
    let previewing: ReturnType<typeof preview> | undefined;
    await kit.db.transaction(async (tx) => {
      await tx.query('lock table attendance.check_ins in access exclusive mode');
      previewing = preview(eventId);
      await waitUntil(() => isAnyoneWaiting(kit.db), { within: 5_000 });
      await tx.query(
        `insert into attendance.check_ins
           (event_id, check_in_id, enrollment_id, day, scanned_at, recorded_at, direction, source, device_id)
         values ($1, gen_random_uuid(), $2, '2026-05-01', now(), now(), 'entry', 'override', gen_random_uuid())`,
        [eventId, person],
      );
    });
    const { totals, items } = (await previewing) ?? {};
    expect(items).toMatchObject([{ reason: 'never_checked_in', evaluation: { presentDays: [] } }]);
    expect(totals).toMatchObject({ wouldBe: { attended: 0, noShow: 1 } });
  });

  it('looks at an event that goes on, and refuses one that was cancelled', async () => {
    const running = await givenThreeDays(kit, {
      ends_at: soon(),
      requirement_type: 'any_day',
      requirement_days: null,
    });
    const [came] = ids(await enrollInto(kit, running, 2));
    await checkIn(kit, running, [came ?? ''], secondDay);
    expect((await preview(running)).totals?.wouldBe).toEqual({ attended: 1, noShow: 1 });

    const cancelled = await givenEvent(kit.db, kit.organization.id, {
      cancelled_at: new Date(),
      cancellation_reason: 'storm',
    });
    expect(await get(`/v1/events/${cancelled}/closure-preview`)).toMatchObject({
      status: 409,
      body: { code: 'event_cancelled' },
    });
  });

  it('answers for an event of another organization as for one that does not exist', async () => {
    const other = await givenOrganization(kit.db);
    const theirs = await givenEvent(kit.db, other.id);
    const missing = await get(`/v1/events/${newId()}/closure-preview`);
    expect(await get(`/v1/events/${theirs}/closure-preview`)).toEqual(missing);
    expect(missing.status).toBe(404);
  });
});
