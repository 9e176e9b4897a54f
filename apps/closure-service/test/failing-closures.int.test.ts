import type { Locks } from '@turnout/runtime/lock';
import { type Db, openDb } from '@turnout/runtime/postgres';
import { type GivenEnrollment, givenEnrollments } from '@turnout/test-kit/given';
import { openTestDb } from '@turnout/test-kit/open-test-db';
import { startProxy } from '@turnout/test-kit/start-proxy';
import { waitUntil } from '@turnout/test-kit/wait-until';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { closeDueEvents } from '../src/commands/close-due-events.ts';
import { closeEvent } from '../src/commands/close-event.ts';
import { scheduledLook } from '../src/scheduled-look.ts';
import {
  type ClosingKit,
  checkIn,
  givenThreeDays,
  messages,
  openClosingKit,
  runs,
  statuses,
  verdictsPerEnrollment,
} from './closing-kit.ts';
import { bothLocks, order } from './half-attended.ts';
import { pausingLocks } from './pausing-locks.ts';

const eventClosed = 'turnout.event.closed.v1';
const closureFailed = 'turnout.event.closure-failed.v1';

describe.each(bothLocks)('a closure that fails with $lock', ({ open }) => {
  const opened = new AsyncDisposableStack();
  let kit: ClosingKit;
  let locks: Locks;

  beforeAll(async () => {
    kit = opened.use(await openClosingKit());
    locks = opened.use(open());
    await kit.db.query('create table public.poison (enrollment_id uuid primary key)');
    await kit.db.query('grant select on public.poison to public');
    await kit.db.query(`
      create function public.refuse_poison() returns trigger language plpgsql as $$
      begin
        if exists (select from public.poison p where p.enrollment_id = new.enrollment_id) then
          raise exception 'secret detail' using errcode = '23514';
        end if;
        return new;
      end $$`);
    await kit.db.query(`
      create trigger poison before update on attendance.enrollments
        for each row execute function public.refuse_poison()`);
  });
  beforeEach(() => {
    kit.logged.length = 0;
  });
  afterAll(async () => {
    await opened.disposeAsync();
  });

  const givenEvent = async (count: number): Promise<{ eventId: string; people: GivenEnrollment[] }> => {
    const eventId = await givenThreeDays(kit, { requirement_type: 'any_day', requirement_days: null });
    const people = await givenEnrollments(kit.db, kit.organization.id, eventId, count);
    const present = people.slice(0, count / 2).map(({ id }) => id);
    await checkIn(kit, eventId, present, '2026-05-01T10:00:00+02:00');
    return { eventId, people };
  };
  const poison = async (enrollmentId: string | undefined) =>
    await kit.db.query('insert into public.poison values ($1)', [enrollmentId]);
  const cure = async () => await kit.db.query('truncate public.poison');

  it('is tried four times, then it has failed, is announced, and holds up no other event', async () => {
    const sick = await givenEvent(10);
    const healthy = await Promise.all(Array.from({ length: 6 }, () => givenEvent(4)));
    await poison(sick.people[7]?.id);
    const closure = kit.closure({ locks, batchSize: 5 });

    expect(await closeDueEvents(closure, { trigger: 'schedule' })).toEqual({
      due: 7,
      closed: 6,
      failed: 1,
      skipped: 0,
    });

    const [run] = await runs(kit.db, sick.eventId);
    expect(run).toMatchObject({
      status: 'failed',
      attempts: 4,
      attended: 5,
      no_show: 0,
      error: 'the database refused a change: 23514',
    });
    const [announced, ...more] = await messages(kit.db, sick.eventId, closureFailed);
    expect(more).toEqual([]);
    expect(announced?.data).toMatchObject({ eventId: sick.eventId, runId: run?.run_id, attempts: 4 });
    expect(await messages(kit.db, sick.eventId, eventClosed)).toEqual([]);
    expect(kit.logged.filter(({ level }) => level === 'error')).toEqual([
      expect.objectContaining({ eventId: sick.eventId, cause: run?.error, attempts: 4 }),
    ]);
    for (const { eventId } of healthy) {
      expect(await messages(kit.db, eventId, eventClosed)).toHaveLength(1);
    }

    await cure();
    expect(await closeDueEvents(closure, { trigger: 'schedule' })).toMatchObject({ due: 1, closed: 1 });
    expect(await verdictsPerEnrollment(kit.db, sick.eventId)).toEqual(Array(10).fill(1));
    expect(await messages(kit.db, sick.eventId, eventClosed)).toMatchObject([
      {
        data: { firstClosure: true, counts: { attended: 0, noShow: 5 }, totals: { attended: 5, noShow: 5 } },
      },
    ]);
    expect(await closeDueEvents(closure, { trigger: 'schedule' })).toMatchObject({ due: 0 });
  });

  it('is tried and announced again at the next time of the schedule, not by a look ahead of it', async () => {
    const { eventId, people } = await givenEvent(2);
    await poison(people[0]?.id);
    const look = scheduledLook(kit.closure({ locks }), { lockTtlMs: 5_000 });
    const failures = async () => (await messages(kit.db, eventId, closureFailed)).length;
    await look({ early: false });
    expect(await failures()).toBe(1);
    const other = await givenEvent(2);
    await look({ early: true });
    await look({ early: true });
    expect(await failures()).toBe(1);
    expect(await messages(kit.db, other.eventId, eventClosed)).toHaveLength(1);
    await look({ early: false });
    expect(await failures()).toBe(2);
    await cure();
    await look({ early: true });
    expect(await messages(kit.db, eventId, eventClosed)).toEqual([]);
    await look({ early: false });
    expect(await messages(kit.db, eventId, eventClosed)).toHaveLength(1);
  });

  it('goes on where the event stands when a later attempt succeeds', async () => {
    const { eventId, people } = await givenEvent(10);
    await poison(people[7]?.id);
    const closing = closeEvent(
      kit.closure({ locks, batchSize: 5, retryDelaysMs: [5, 300, 5] }),
      order(eventId),
    );
    await waitUntil(() => kit.logged.some(({ attempt }) => attempt === 2));
    await cure();

    expect(await closing).toMatchObject({ outcome: 'closed', counts: { attended: 5, noShow: 5 } });
    expect(await runs(kit.db, eventId)).toMatchObject([
      { status: 'succeeded', attempts: 3, epoch: 1, attended: 5, no_show: 5 },
    ]);
    expect(await verdictsPerEnrollment(kit.db, eventId)).toEqual(Array(10).fill(1));
    expect(await messages(kit.db, eventId, eventClosed)).toHaveLength(1);
    expect(await messages(kit.db, eventId, closureFailed)).toEqual([]);
  });

  it('does not wait in the way of a run that takes its event over', async () => {
    const { eventId, people } = await givenEvent(10);
    await poison(people[7]?.id);
    const stopping = new AbortController();
    const closure = kit.closure({
      locks,
      batchSize: 5,
      retryDelaysMs: [60_000],
      lockTtlMs: 100,
      stopping: stopping.signal,
    });
    const waiting = closeEvent(closure, order(eventId));
    await waitUntil(() => kit.logged.some(({ attempt }) => attempt === 1));
    await cure();

    const later = kit.closure({ locks });
    await waitUntil(async () => (await closeEvent(later, order(eventId))).outcome === 'closed');
    stopping.abort();
    expect(await waiting).toEqual({ outcome: 'interrupted' });
    const [first, second] = await runs(kit.db, eventId);
    expect(first).toMatchObject({
      status: 'failed',
      error: `overtaken by run ${second?.run_id}`,
      attended: 5,
    });
    expect(await messages(kit.db, eventId, eventClosed)).toHaveLength(1);
  });

  it('counts what it decided when the answer to a commit was lost', async () => {
    const { eventId } = await givenEvent(10);
    const db = opened.use(openTestDb(kit.database.urlFor('closure'), 2));
    // The first transaction begins the run, the second is a batch, and the fifth finishes the second attempt.
    const closing = await closeEvent(
      kit.closure({ locks, batchSize: 5, db: losingAnswers(db, [2, 5]) }),
      order(eventId),
    );
    expect(closing).toMatchObject({ outcome: 'closed', counts: { attended: 5, noShow: 5 } });
    expect(await runs(kit.db, eventId)).toMatchObject([{ status: 'succeeded', attended: 5, no_show: 5 }]);
    expect(await verdictsPerEnrollment(kit.db, eventId)).toEqual(Array(10).fill(1));
    expect(await messages(kit.db, eventId, eventClosed)).toMatchObject([
      { data: { firstClosure: true, counts: { attended: 5, noShow: 5 } } },
    ]);
  });

  it('leaves the event due when the database went away in the middle', async () => {
    const { eventId } = await givenEvent(10);
    const proxy = opened.use(await startProxy(kit.database.urlFor('closure')));
    const db = opened.use(openDb({ url: proxy.url, max: 2, applicationName: 'test' }));
    const pausing = pausingLocks(locks);
    const closing = closeEvent(kit.closure({ locks: pausing.locks, batchSize: 5, db }), order(eventId));
    await pausing.paused;
    proxy.cut();
    pausing.resume();
    expect(await closing).toEqual({ outcome: 'failed', error: 'the database was not available' });

    proxy.heal();
    const after = await closeDueEvents(kit.closure({ locks, db }), { trigger: 'schedule' });
    expect(after).toMatchObject({ due: 1, closed: 1 });
    expect(await verdictsPerEnrollment(kit.db, eventId)).toEqual(Array(10).fill(1));
    expect(
      Object.values(await statuses(kit.db, eventId)).filter((status) => status === 'attended'),
    ).toHaveLength(5);
    expect(await messages(kit.db, eventId, eventClosed)).toHaveLength(1);
  });

  it('is visible also when it could not even begin', async () => {
    const { eventId } = await givenEvent(2);
    await kit.db.query(`
      alter table attendance.events add constraint never check (event_id <> '${eventId}' or closure_epoch = 0) not valid`);
    expect(await closeEvent(kit.closure({ locks }), order(eventId))).toEqual({
      outcome: 'failed',
      error: 'the database refused a change: 23514',
    });
    expect(await runs(kit.db, eventId)).toMatchObject([{ status: 'failed', attempts: 4 }]);
    expect(await messages(kit.db, eventId, closureFailed)).toHaveLength(1);
    await kit.db.query('alter table attendance.events drop constraint never');
    expect(await closeEvent(kit.closure({ locks }), { ...order(eventId), onlyIfDue: true })).toMatchObject({
      outcome: 'closed',
    });
  });
});

/** The database, but nobody hears that these transactions (counted from 1) were committed. */
function losingAnswers(db: Db, lost: readonly number[]): Db {
  let transactions = 0;
  return {
    query: async (statement, values) => await db.query(statement, values),
    async transaction(work) {
      transactions += 1;
      const isLost = lost.includes(transactions);
      const result = await db.transaction(work);
      if (isLost) throw Object.assign(new Error('the connection was reset'), { code: 'ECONNRESET' });
      return result;
    },
    get answeredAt() {
      return db.answeredAt;
    },
    [Symbol.asyncDispose]: async () => undefined,
  };
}
