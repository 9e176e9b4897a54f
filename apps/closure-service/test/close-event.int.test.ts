import type { Locks } from '@turnout/runtime/lock';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { closeEvent } from '../src/commands/close-event.ts';
import type { Progress } from '../src/commands/judge-everyone.ts';
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
import {
  bothLocks,
  enrollInto,
  firstDay,
  givenHalfAttendedEvent,
  ids,
  order,
  secondDay,
} from './half-attended.ts';

const attended = 'turnout.participant.attended.v1';
const noShow = 'turnout.participant.no-show.v1';
const eventClosed = 'turnout.event.closed.v1';

describe.each(bothLocks)('closing an event with $lock', ({ open }) => {
  const opened = new AsyncDisposableStack();
  let kit: ClosingKit;
  let locks: Locks;

  beforeAll(async () => {
    kit = opened.use(await openClosingKit());
    locks = opened.use(open());
  });
  afterAll(async () => {
    await opened.disposeAsync();
  });

  const enroll = (eventId: string, count: number) => enrollInto(kit, eventId, count);
  const givenHalfAttended = (count: number) => givenHalfAttendedEvent(kit, count);

  it('gives everybody the verdict of the rule, with its reasons, and says so', async () => {
    const eventId = await givenThreeDays(kit);
    const [never, once, twice, reentry, cancelled] = ids(await enroll(eventId, 5)) as [
      string,
      string,
      string,
      string,
      string,
    ];
    await checkIn(kit, eventId, [once, twice, reentry], firstDay);
    await checkIn(kit, eventId, [reentry], '2026-05-01T15:00:00+02:00');
    await checkIn(kit, eventId, [twice], secondDay);
    await kit.db.query(
      `update attendance.enrollments set status = 'cancelled', cancelled_at = now(), version = 2 where enrollment_id = $1`,
      [cancelled],
    );

    const closing = await closeEvent(kit.closure({ locks }), order(eventId));

    expect(closing).toMatchObject({ outcome: 'closed', counts: { attended: 1, noShow: 3 } });
    expect(await statuses(kit.db, eventId)).toEqual({
      [never]: 'no_show',
      [once]: 'no_show',
      [twice]: 'attended',
      [reentry]: 'no_show',
      [cancelled]: 'cancelled',
    });
    const [run] = await runs(kit.db, eventId);
    expect(run).toMatchObject({ status: 'succeeded', attempts: 1, attended: 1, no_show: 3, error: null });
    const trail = await kit.db.query(
      `select enrollment_id, from_status, to_status, triggered_by, reason, evidence, version, cause
       from attendance.transitions where event_id = $1 and cause = $2 order by enrollment_id`,
      [eventId, run?.run_id],
    );
    expect(trail).toHaveLength(4);
    expect(trail).toContainEqual({
      enrollment_id: twice,
      from_status: 'checked_in',
      to_status: 'attended',
      triggered_by: 'system',
      reason: 'requirement_met',
      evidence: { daysPresent: ['2026-05-01', '2026-05-02'], required: 2, rule: 'minimum_days' },
      version: 3,
      cause: run?.run_id,
    });
    expect(trail).toContainEqual(
      expect.objectContaining({ enrollment_id: never, reason: 'never_checked_in', from_status: 'confirmed' }),
    );
    expect((await messages(kit.db, eventId, attended)).map(({ subject }) => subject)).toEqual([twice]);
    expect((await messages(kit.db, eventId, noShow)).map(({ subject }) => subject).sort()).toEqual(
      [never, once, reentry].sort(),
    );
    const [closed, ...more] = await messages(kit.db, eventId, eventClosed);
    expect(more).toEqual([]);
    expect(closed).toMatchObject({
      subject: eventId,
      sequence: 1,
      data: {
        runId: run?.run_id,
        firstClosure: true,
        counts: { attended: 1, noShow: 3 },
        totals: { attended: 1, noShow: 3, cancelled: 1 },
      },
    });
  });

  it('changes nothing and says nothing the second time', async () => {
    const { eventId } = await givenHalfAttended(4);
    await closeEvent(kit.closure({ locks }), order(eventId));
    const before = await kit.db.query('select * from attendance.enrollments where event_id = $1', [eventId]);

    const again = await closeEvent(kit.closure({ locks }), order(eventId));

    expect(again).toMatchObject({ outcome: 'closed', counts: { attended: 0, noShow: 0 } });
    expect(await kit.db.query('select * from attendance.enrollments where event_id = $1', [eventId])).toEqual(
      before,
    );
    expect(await messages(kit.db, eventId, eventClosed)).toHaveLength(1);
    expect(await messages(kit.db, eventId, attended)).toHaveLength(2);
  });

  it('closes an event in which nobody is enrolled, and says so once', async () => {
    const eventId = await givenThreeDays(kit);
    await closeEvent(kit.closure({ locks }), order(eventId));
    await closeEvent(kit.closure({ locks }), order(eventId));
    const closed = await messages(kit.db, eventId, eventClosed);
    expect(closed.map(({ data }) => data)).toMatchObject([
      { firstClosure: true, counts: { attended: 0, noShow: 0 } },
    ]);
  });

  it('walks an event in batches that are smaller than it, and tells how far it is', async () => {
    const { eventId } = await givenHalfAttended(10);
    const seen: Progress[] = [];
    const closure = kit.closure({ locks, batchSize: 4 });
    await closeEvent(closure, { ...order(eventId), onProgress: (progress) => seen.push(progress) });
    expect(seen.map(({ decided, undecided }) => [decided, undecided])).toEqual([
      [4, 10],
      [8, 10],
      [10, 10],
    ]);
    expect(await verdictsPerEnrollment(kit.db, eventId)).toEqual(Array(10).fill(1));
  });

  it('judges only those who are undecided when one more was enrolled after closing', async () => {
    const { eventId, people } = await givenHalfAttended(4);
    await closeEvent(kit.closure({ locks }), order(eventId));
    const [late] = ids(await enroll(eventId, 1));

    const again = await closeEvent(kit.closure({ locks }), order(eventId));

    expect(again).toMatchObject({ outcome: 'closed', counts: { attended: 0, noShow: 1 } });
    expect(await verdictsPerEnrollment(kit.db, eventId)).toEqual(Array(people.length + 1).fill(1));
    expect((await messages(kit.db, eventId, noShow)).at(-1)?.subject).toBe(late);
    expect((await messages(kit.db, eventId, eventClosed)).map(({ data }) => data)).toMatchObject([
      { firstClosure: true, counts: { attended: 2, noShow: 2 } },
      { firstClosure: false, counts: { attended: 0, noShow: 1 }, totals: { attended: 2, noShow: 3 } },
    ]);
  });

  it('never closes a cancelled event, nor one that has not ended, nor one that is unknown', async () => {
    const cancelled = await givenThreeDays(kit, { cancelled_at: new Date(), cancellation_reason: 'storm' });
    const running = await givenThreeDays(kit, { ends_at: new Date(Date.now() + 60_000) });
    const unknown = '01970000-0000-7000-8000-000000000000';
    const outcomes = await Promise.all(
      [cancelled, running, unknown].map((eventId) => closeEvent(kit.closure({ locks }), order(eventId))),
    );
    expect(outcomes).toMatchObject([
      { outcome: 'refused', refusal: { code: 'event_cancelled' } },
      { outcome: 'refused', refusal: { code: 'event_not_ended' } },
      { outcome: 'refused', refusal: { code: 'event_not_found' } },
    ]);
    expect(await runs(kit.db, cancelled)).toEqual([]);
  });

  it('may be asked for within the grace, in which the scheduler waits', async () => {
    const eventId = await givenThreeDays(kit, {
      ends_at: new Date(Date.now() - 60_000),
      closure_grace_minutes: 60,
    });
    expect(await closeEvent(kit.closure({ locks }), { ...order(eventId), onlyIfDue: true })).toMatchObject({
      outcome: 'refused',
      refusal: { code: 'not_due' },
    });
    expect(await closeEvent(kit.closure({ locks }), order(eventId))).toMatchObject({ outcome: 'closed' });
  });

  it('needs one connection at a time', async () => {
    const { eventId } = await givenHalfAttended(10);
    const closing = await closeEvent(kit.closure({ locks, max: 1, batchSize: 3 }), order(eventId));
    expect(closing).toMatchObject({ outcome: 'closed', counts: { attended: 5, noShow: 5 } });
  });
});
