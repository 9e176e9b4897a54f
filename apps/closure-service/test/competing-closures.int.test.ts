import { beginClosureRun } from '@turnout/attendance-store/closing/begin-closure-run';
import type { Locks } from '@turnout/runtime/lock';
import { waitUntil } from '@turnout/test-kit/wait-until';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { closeEvent } from '../src/commands/close-event.ts';
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
import { bothLocks, enrollInto, firstDay, givenHalfAttendedEvent, ids, order } from './half-attended.ts';
import { pausingLocks } from './pausing-locks.ts';

const attended = 'turnout.participant.attended.v1';
const eventClosed = 'turnout.event.closed.v1';

describe.each(bothLocks)('closing an event while others change it, with $lock', ({ open }) => {
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

  const waitingForLocks = async () => {
    const [row] = await kit.db.query<{ waiting: number }>(
      `select count(*) as waiting from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
    );
    return row?.waiting ?? 0;
  };

  /** A holder that pauses after a batch of three has one more under way, which ends without it. */
  const twoBatchesAreDecided = (eventId: string) =>
    waitUntil(
      async () =>
        Object.values(await statuses(kit.db, eventId)).filter((status) => status === 'attended').length === 6,
    );

  it('gives one verdict each when many close the same event at once', async () => {
    const { eventId } = await givenHalfAttended(40);
    const [one, other] = [kit.closure({ locks, batchSize: 3 }), kit.closure({ locks, batchSize: 7 })];

    const closings = await Promise.all(
      Array.from({ length: 8 }, (_, index) => closeEvent(index % 2 ? one : other, order(eventId))),
    );

    expect(closings.filter(({ outcome }) => outcome === 'closed').length).toBeGreaterThan(0);
    expect(closings.filter(({ outcome }) => outcome === 'failed')).toEqual([]);
    expect(await verdictsPerEnrollment(kit.db, eventId)).toEqual(Array(40).fill(1));
    expect(await messages(kit.db, eventId, attended)).toHaveLength(20);
    expect(await messages(kit.db, eventId, eventClosed)).toHaveLength(1);
    expect((await runs(kit.db, eventId)).filter(({ status }) => status === 'running')).toEqual([]);
  });

  it('lets a run that was paused past its lock write nothing more', async () => {
    const { eventId } = await givenHalfAttended(20);
    const pausing = pausingLocks(locks);
    const holder = closeEvent(
      kit.closure({ locks: pausing.locks, batchSize: 3, lockTtlMs: 100 }),
      order(eventId),
    );
    await pausing.paused;
    await twoBatchesAreDecided(eventId);

    const closure = kit.closure({ locks });
    await waitUntil(async () => (await closeEvent(closure, order(eventId))).outcome === 'closed');
    const before = await kit.db.query('select * from attendance.transitions where event_id = $1', [eventId]);
    pausing.resume();

    expect(await holder).toEqual({ outcome: 'overtaken' });
    expect(await kit.db.query('select * from attendance.transitions where event_id = $1', [eventId])).toEqual(
      before,
    );
    expect(await verdictsPerEnrollment(kit.db, eventId)).toEqual(Array(20).fill(1));
    expect(await messages(kit.db, eventId, attended)).toHaveLength(10);
    expect(await messages(kit.db, eventId, eventClosed)).toHaveLength(1);
    const [overtaken, winner] = await runs(kit.db, eventId);
    expect(overtaken).toMatchObject({
      status: 'failed',
      attended: 6,
      error: `overtaken by run ${winner?.run_id}`,
    });
    expect(winner).toMatchObject({ status: 'succeeded', attended: 4, no_show: 10 });
    expect(await messages(kit.db, eventId, 'turnout.event.closure-failed.v1')).toEqual([]);
  });

  it('stops after the batches it is in when the process stops, and the next run goes on', async () => {
    const { eventId } = await givenHalfAttended(20);
    const stopping = new AbortController();
    const closure = kit.closure({ locks, batchSize: 3, stopping: stopping.signal });

    expect(await closeEvent(closure, { ...order(eventId), onProgress: () => stopping.abort() })).toEqual({
      outcome: 'interrupted',
    });
    expect(await runs(kit.db, eventId)).toMatchObject([{ status: 'failed', attended: 6 }]);
    expect(await closeEvent(kit.closure({ locks }), { ...order(eventId), onlyIfDue: true })).toMatchObject({
      outcome: 'closed',
      counts: { attended: 4, noShow: 10 },
    });

    expect(await verdictsPerEnrollment(kit.db, eventId)).toEqual(Array(20).fill(1));
    expect(await messages(kit.db, eventId, eventClosed)).toHaveLength(1);
    expect(await messages(kit.db, eventId, 'turnout.event.closure-failed.v1')).toEqual([]);
  });

  it('judges also who is being enrolled while it finishes, before it says that the event is closed', async () => {
    const { eventId, people } = await givenHalfAttended(4);
    const enrolled = Promise.withResolvers<void>();
    const done = Promise.withResolvers<void>();
    const enrolling = kit.db.transaction(async (tx) => {
      await tx.query('select 1 from attendance.events where event_id = $1 for share', [eventId]);
      await tx.query(
        `insert into attendance.participants (organization_id, participant_id, name, email)
         values ($1, $2, 'Late', $2::uuid || '@example.org')`,
        [kit.organization.id, eventId],
      );
      await tx.query(
        `insert into attendance.enrollments
           (event_id, enrollment_id, organization_id, participant_id, status, access_code)
         values ($1, $1, $2, $1, 'confirmed', 'LATE')`,
        [eventId, kit.organization.id],
      );
      enrolled.resolve();
      await done.promise;
    });
    await enrolled.promise;
    const closing = closeEvent(kit.closure({ locks }), order(eventId));
    await waitUntil(async () => (await waitingForLocks()) > 0);
    done.resolve();
    await enrolling;

    expect(await closing).toMatchObject({ outcome: 'closed', counts: { attended: 2, noShow: 3 } });
    expect(await verdictsPerEnrollment(kit.db, eventId)).toEqual(Array(people.length + 1).fill(1));
    expect(await messages(kit.db, eventId, eventClosed)).toMatchObject([{ data: { totals: { noShow: 3 } } }]);
  });

  it('takes over from a run that died without a word', async () => {
    const { eventId } = await givenHalfAttended(4);
    await beginClosureRun(kit.db, order(eventId));
    const closing = await closeEvent(kit.closure({ locks }), { ...order(eventId), onlyIfDue: true });
    expect(closing).toMatchObject({ outcome: 'closed', counts: { attended: 2, noShow: 2 } });
    expect(await runs(kit.db, eventId)).toMatchObject([
      { status: 'failed', error: expect.stringContaining('overtaken by run') },
      { status: 'succeeded' },
    ]);
  });

  it('never fails somebody whose scan was committed first, and lets a later one correct the verdict', async () => {
    const eventId = await givenThreeDays(kit, { requirement_type: 'any_day', requirement_days: null });
    const people = ids(await enroll(eventId, 30));
    // Holding one row makes scans and the closure meet: whoever waits for it must see what was committed meanwhile.
    let release = () => {};
    const held = Promise.withResolvers<void>();
    const holder = kit.db.transaction(async (tx) => {
      await tx.query('select 1 from attendance.enrollments where enrollment_id = $1 for update', [
        people[15],
      ]);
      held.resolve();
      await new Promise<void>((resolve) => {
        release = resolve;
      });
    });
    await held.promise;
    const scans = Promise.all(people.map((id) => checkIn(kit, eventId, [id], firstDay)));
    const closing = closeEvent(kit.closure({ locks, batchSize: 10 }), order(eventId));
    await waitUntil(async () => (await waitingForLocks()) >= 2);
    release();
    await Promise.all([holder, scans, closing]);

    expect(Object.values(await statuses(kit.db, eventId))).toEqual(Array(30).fill('attended'));
    const wrong = await kit.db.query(
      `select 1 from attendance.transitions t
       join attendance.check_ins c on c.event_id = t.event_id and c.enrollment_id = t.enrollment_id
       where t.event_id = $1 and t.to_status = 'no_show' and c.recorded_at < t.at`,
      [eventId],
    );
    expect(wrong).toEqual([]);
  });

  it('leaves the rest undecided when the event is cancelled in the middle', async () => {
    const { eventId } = await givenHalfAttended(20);
    const pausing = pausingLocks(locks);
    const closing = closeEvent(kit.closure({ locks: pausing.locks, batchSize: 3 }), order(eventId));
    await pausing.paused;
    await twoBatchesAreDecided(eventId);
    await kit.db.query(
      `update attendance.events set cancelled_at = now(), cancellation_reason = 'storm' where event_id = $1`,
      [eventId],
    );
    pausing.resume();

    expect(await closing).toMatchObject({ outcome: 'refused', refusal: { code: 'event_cancelled' } });
    expect((await verdictsPerEnrollment(kit.db, eventId)).filter((verdicts) => verdicts > 0)).toHaveLength(6);
    expect(await runs(kit.db, eventId)).toMatchObject([
      { status: 'failed', attended: 6, error: 'the event was cancelled while it was being closed' },
    ]);
    expect(await messages(kit.db, eventId, eventClosed)).toEqual([]);
  });
});
