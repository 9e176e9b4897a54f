import { beginClosureRun } from '@turnout/attendance-store/closing/begin-closure-run';
import { closeBatch } from '@turnout/attendance-store/closing/close-batch';
import type { ClosureRun } from '@turnout/attendance-store/closing/closure-run';
import { abandonClosureRun, failClosureRun } from '@turnout/attendance-store/closing/fail-closure-run';
import { findClosureRun, listClosureRuns } from '@turnout/attendance-store/closing/find-closure-runs';
import { finishClosureRun } from '@turnout/attendance-store/closing/finish-closure-run';
import { OvertakenError } from '@turnout/attendance-store/locking/lock-undecided';
import type { Db } from '@turnout/runtime/postgres';
import {
  type GivenOrganization,
  givenEnrollments,
  givenEvent,
  givenOrganization,
} from '@turnout/test-kit/given';
import { openTestDb } from '@turnout/test-kit/open-test-db';
import { createTestDatabase } from '@turnout/test-kit/test-database';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

describe('the fence of a closure run', () => {
  const opened = new AsyncDisposableStack();
  /** As the closure service sees it. */
  let db: Db;
  let owner: Db;
  let organization: GivenOrganization;

  beforeAll(async () => {
    const database = opened.use(await createTestDatabase());
    owner = opened.use(openTestDb(database.url, 2));
    db = opened.use(openTestDb(database.urlFor('closure'), 1));
    organization = await givenOrganization(owner);
  });
  afterAll(async () => {
    await opened.disposeAsync();
  });

  const given = async (people: number) => {
    const eventId = await givenEvent(owner, organization.id);
    await givenEnrollments(owner, organization.id, eventId, people);
    return eventId;
  };
  const begin = async (eventId: string): Promise<ClosureRun> => {
    const beginning = await beginClosureRun(db, { eventId, trigger: 'schedule', onlyIfDue: false });
    if (beginning.outcome !== 'begun') throw new Error(beginning.refusal.code);
    return beginning.run;
  };
  const written = async (eventId: string) => ({
    transitions: await owner.query('select * from attendance.transitions where event_id = $1', [eventId]),
    messages: await owner.query('select * from outbox.messages where partition_key = $1', [eventId]),
    runs: await owner.query('select * from attendance.closure_runs where event_id = $1', [eventId]),
    event: await owner.query('select * from attendance.events where event_id = $1', [eventId]),
  });

  it('lets an overtaken run judge nobody, finish nothing and announce no failure', async () => {
    const eventId = await given(6);
    const first = await begin(eventId);
    await closeBatch(db, first, { after: null, limit: 2 });
    const second = await begin(eventId);
    const before = await written(eventId);

    await expect(closeBatch(db, first, { after: null, limit: 2 })).rejects.toThrow(OvertakenError);
    const counts = { attended: 0, noShow: 2 };
    await expect(finishClosureRun(db, first, { counts, attempts: 1 })).rejects.toThrow(OvertakenError);
    expect(await failClosureRun(db, first, { error: 'late', attempts: 4 })).toBe(false);
    await abandonClosureRun(db, first, { error: 'late', attempts: 1 });
    expect(await written(eventId)).toEqual(before);

    expect(await closeBatch(db, second, { after: null, limit: 10 })).toMatchObject({
      counts: { noShow: 4 },
      size: 4,
    });
    expect(
      await finishClosureRun(db, second, { counts: { attended: 0, noShow: 4 }, attempts: 1 }),
    ).toMatchObject({
      outcome: 'closed',
      announced: true,
    });
  });

  it('does not close an event in which somebody is left', async () => {
    const eventId = await given(3);
    const run = await begin(eventId);
    await closeBatch(db, run, { after: null, limit: 2 });
    const before = await written(eventId);
    expect(await finishClosureRun(db, run, { counts: { attended: 0, noShow: 2 }, attempts: 1 })).toEqual({
      outcome: 'undecided_left',
    });
    expect(await written(eventId)).toEqual(before);
  });

  it('shows the runs of an event, the latest first, to its organization only', async () => {
    const eventId = await given(0);
    const started = [await begin(eventId), await begin(eventId), await begin(eventId)].reverse();
    const of = { organizationId: organization.id, eventId };
    const all = await listClosureRuns(db, of, { before: null, limit: 10 });
    expect(all.map(({ id }) => id)).toEqual(started.map(({ id }) => id));
    expect(all.map(({ status }) => status)).toEqual(['running', 'failed', 'failed']);
    const [latest] = all;
    expect(await listClosureRuns(db, of, { before: latest ?? null, limit: 1 })).toEqual(all.slice(1, 2));

    const other = await givenOrganization(owner);
    expect(
      await listClosureRuns(db, { ...of, organizationId: other.id }, { before: null, limit: 10 }),
    ).toEqual([]);
    expect(await findClosureRun(db, other.id, latest?.id ?? '')).toBeNull();
    expect(await findClosureRun(db, organization.id, latest?.id ?? '')).toEqual(latest);
  });

  it.each([
    ['move an event', `update attendance.events set ends_at = now()`],
    ['cancel an event', `update attendance.events set cancelled_at = now(), cancellation_reason = 'x'`],
    ['enroll', `insert into attendance.enrollments default values`],
    ['write evidence', `insert into attendance.check_ins select * from attendance.check_ins`],
    ['annul evidence', `update attendance.check_ins set annulled_at = now()`],
    ['rewrite the audit trail', `update attendance.transitions set reason = 'x'`],
    ['remove from the audit trail', `delete from attendance.transitions`],
    ['remove a run', `delete from attendance.closure_runs`],
    ['issue a token', `insert into access.tokens select * from access.tokens`],
    ['see what was sent to whom', `select * from notifier.deliveries`],
  ])('belongs to a role that may not %s', async (_what, statement) => {
    await expect(db.query(statement)).rejects.toMatchObject({ code: '42501' });
  });
});
