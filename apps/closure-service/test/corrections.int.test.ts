import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decideOverride } from '@turnout/attendance/decide-override';
import { changeEnrollments, each } from '@turnout/attendance-store/change-enrollments';
import { findOpenCorrections } from '@turnout/attendance-store/correcting/find-open-corrections';
import { judgeAgain } from '@turnout/attendance-store/correcting/judge-again';
import { orderCorrection } from '@turnout/attendance-store/correcting/order-correction';
import { changeEvent, type EventChanges } from '@turnout/attendance-store/events/change-event';
import { participantAttendedType } from '@turnout/contracts/events/participant-attended';
import { participantNoShowType } from '@turnout/contracts/events/participant-no-show';
import { verdictsFollowTheRules } from '@turnout/invariants/verdicts-follow-the-rules';
import { armFailpoint } from '@turnout/runtime/failpoint';
import { isAnyoneWaiting } from '@turnout/test-kit/is-anyone-waiting';
import { createTestVhost } from '@turnout/test-kit/test-vhost';
import { waitUntil } from '@turnout/test-kit/wait-until';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { closeEvent } from '../src/commands/close-event.ts';
import { judgeCorrected } from '../src/commands/judge-corrected.ts';
import { alwaysYes, type ClosingKit, checkIn, messages, openClosingKit, statuses } from './closing-kit.ts';
import { enrollInto, firstDay, givenHalfAttendedEvent, ids, order, secondDay } from './half-attended.ts';
import { serviceConfig, serviceEnvironment } from './service-config.ts';
import { spawnClosure } from './spawn-closure.ts';

describe('judging people again after their closed event was corrected', () => {
  let kit: ClosingKit;
  beforeAll(async () => {
    kit = await openClosingKit();
  });
  afterAll(async () => {
    await kit[Symbol.asyncDispose]();
  });

  const admin = { type: 'token', id: '01970000-0000-7000-8000-0000000000ad', label: 'Ada' } as const;
  /** As admin-service does it: the change and what follows from it, together. */
  const correct = async (eventId: string, changes: EventChanges, reason = 'two days were called off') =>
    await kit.db.transaction(async (tx) => {
      const event = { organizationId: kit.organization.id, eventId };
      await changeEvent(tx, event, { askForCheckIns: false }, () => ({ outcome: 'change', changes }));
      orderCorrection(tx, { id: eventId, organizationId: kit.organization.id }, reason, {
        actor: admin,
        cause: 'the-request',
      });
    });
  const judging = (batchSize = 5_000) => kit.closure({ locks: alwaysYes, batchSize });
  const close = async (eventId: string) => await closeEvent(judging(), order(eventId));
  const oneDayIsEnough: EventChanges = { requirement: { type: 'any_day' } };
  const allDays: EventChanges = { requirement: { type: 'all_days' } };
  const openOf = async (eventId: string) =>
    (await findOpenCorrections(kit.db, { exceptEvents: [], limit: 200 })).find(
      (correction) => correction.eventId === eventId,
    );
  const corrections = async (eventId: string) =>
    await kit.db.query(
      `select attended, no_show, finished_at is not null as finished, overtaken_by is not null as overtaken
       from attendance.corrections where event_id = $1 order by requested_at`,
      [eventId],
    );
  const lastTransitions = async (eventId: string) =>
    await kit.db.query(
      `select distinct on (enrollment_id) enrollment_id, from_status, to_status, triggered_by, reason, actor, cause, evidence
       from attendance.transitions where event_id = $1 order by enrollment_id, version desc`,
      [eventId],
    );
  const offenders = async (eventId: string) =>
    (await verdictsFollowTheRules.findOffenders(kit.db)).filter(
      (row) => (row as { event_id: string }).event_id === eventId,
    );
  const override = async (eventId: string, enrollmentId: string) =>
    await changeEnrollments(
      kit.db,
      { by: 'enrollments', organizationId: kit.organization.id, eventId, enrollmentIds: [enrollmentId] },
      each((enrollment, event, now) => {
        const made = decideOverride(
          event,
          enrollment,
          { to: 'attended', reason: 'was there', day: null },
          now,
        );
        return {
          facts: made.outcome === 'overridden' ? [{ kind: 'moved', move: made.move }] : [],
          result: made.outcome,
        };
      }),
      { actor: admin, cause: 'override' },
    );

  /** Ten people, of whom five came on two of three days and one on a single day, closed. */
  const givenClosedEvent = async () => {
    const { eventId, people } = await givenHalfAttendedEvent(kit, 10);
    const came = people[7];
    if (!came) throw new Error('nobody came once');
    await checkIn(kit, eventId, [came.id], firstDay);
    expect(await close(eventId)).toMatchObject({ outcome: 'closed', counts: { attended: 5, noShow: 5 } });
    return { eventId, people, once: came.id };
  };

  it('moves who now meets the requirement, and says so in the trail and to the world', async () => {
    const { eventId, once } = await givenClosedEvent();
    await correct(eventId, oneDayIsEnough);
    expect(await judgeCorrected(judging())).toEqual({ finished: 1, attended: 1, noShow: 0, failed: 0 });

    expect((await statuses(kit.db, eventId))[once]).toBe('attended');
    const moved = (await lastTransitions(eventId)).filter(({ triggered_by }) => triggered_by === 'admin');
    expect(moved).toEqual([
      {
        enrollment_id: once,
        from_status: 'no_show',
        to_status: 'attended',
        triggered_by: 'admin',
        reason: 'two days were called off',
        actor: admin,
        cause: 'the-request',
        evidence: { daysPresent: ['2026-05-01'], required: 1, rule: 'any_day' },
      },
    ]);
    const told = await messages(kit.db, eventId, participantAttendedType);
    expect(told.filter(({ data }) => data.corrects !== null)).toMatchObject([
      { subject: once, data: { corrects: 'no_show', reason: 'correction', triggeredBy: 'admin' } },
    ]);
    expect(await corrections(eventId)).toEqual([
      { attended: 1, no_show: 0, finished: true, overtaken: false },
    ]);
    expect(await offenders(eventId)).toEqual([]);
  });

  it('takes verdicts away that the rule no longer gives, and leaves those of an override alone', async () => {
    const { eventId, people } = await givenClosedEvent();
    const [stands] = people.slice(8);
    await override(eventId, stands?.id ?? '');
    await correct(eventId, allDays);
    expect(await judgeCorrected(judging(3))).toMatchObject({ finished: 1, attended: 0, noShow: 5 });

    const now = await statuses(kit.db, eventId);
    expect(Object.entries(now).filter(([, status]) => status === 'attended')).toEqual([
      [stands?.id, 'attended'],
    ]);
    const told = await messages(kit.db, eventId, participantNoShowType);
    expect(told.filter(({ data }) => data.corrects === 'attended')).toHaveLength(5);
    expect(await offenders(eventId)).toEqual([]);
  });

  it('moves nobody where the rule says the same, and looks at nobody twice', async () => {
    const { eventId } = await givenClosedEvent();
    await correct(eventId, { requirement: { type: 'minimum_days', days: 2 } });
    expect(await judgeCorrected(judging(4))).toEqual({ finished: 1, attended: 0, noShow: 0, failed: 0 });
    expect(await judgeCorrected(judging(4))).toEqual({ finished: 0, attended: 0, noShow: 0, failed: 0 });
  });

  it('leaves who is undecided or cancelled to others, and closure judges the undecided by the corrected rule', async () => {
    const { eventId } = await givenClosedEvent();
    const [late, gone] = ids(await enrollInto(kit, eventId, 2));
    await checkIn(kit, eventId, [late ?? ''], firstDay);
    await kit.db.query(
      `update attendance.enrollments set status = 'cancelled', cancelled_at = now() where enrollment_id = $1`,
      [gone],
    );
    await correct(eventId, oneDayIsEnough);
    await judgeCorrected(judging());
    expect(await statuses(kit.db, eventId)).toMatchObject({
      [late ?? '']: 'checked_in',
      [gone ?? '']: 'cancelled',
    });
    expect(await close(eventId)).toMatchObject({ outcome: 'closed', counts: { attended: 1, noShow: 0 } });
    expect((await statuses(kit.db, eventId))[late ?? '']).toBe('attended');
  });

  it('goes on where it was when another change comes in the middle, from the start and by the newest rule', async () => {
    const { eventId } = await givenClosedEvent();
    await correct(eventId, allDays, 'first thought');
    const first = await openOf(eventId);
    if (!first) throw new Error('there is no correction');
    expect(await judgeAgain(kit.db, first, 3)).toMatchObject({ noShow: 3, done: false });
    await correct(eventId, oneDayIsEnough, 'second thought');

    expect(await judgeAgain(kit.db, first, 3)).toBeNull();
    await judgeCorrected(judging(3));
    const after = Object.values(await statuses(kit.db, eventId));
    expect(after.filter((status) => status === 'attended')).toHaveLength(6);
    expect(await corrections(eventId)).toEqual([
      { attended: 0, no_show: 3, finished: true, overtaken: true },
      { attended: 4, no_show: 0, finished: true, overtaken: false },
    ]);
    expect(await offenders(eventId)).toEqual([]);
  });

  it('lets two at once share the work: each person is moved once', async () => {
    const { eventId } = await givenClosedEvent();
    await correct(eventId, allDays);
    const both = [judging(1), judging(1)];
    await waitUntil(async () => {
      await Promise.all(both.map((one) => judgeCorrected(one)));
      return (await openOf(eventId)) === undefined;
    });
    expect(await corrections(eventId)).toEqual([
      { attended: 0, no_show: 5, finished: true, overtaken: false },
    ]);
    expect(await messages(kit.db, eventId, participantNoShowType)).toHaveLength(10);
  });

  it('is right whatever late scans and overrides of the same people come in the same instants', async () => {
    const { eventId, people } = await givenHalfAttendedEvent(kit, 40);
    await close(eventId);
    const absent = ids(people.slice(20));
    await correct(eventId, oneDayIsEnough);
    const desk = absent.map(async (id, index) => {
      if (index % 3 === 0) await checkIn(kit, eventId, [id], secondDay);
      else if (index % 3 === 1) await override(eventId, id);
    });
    await Promise.all([judgeCorrected(judging(4)), ...desk]);
    await judgeCorrected(judging(4));
    expect(await openOf(eventId)).toBeUndefined();
    const now = await statuses(kit.db, eventId);
    expect(absent.map((id) => now[id])).toEqual(
      absent.map((_, index) => (index % 3 === 2 ? 'no_show' : 'attended')),
    );
    expect(await offenders(eventId)).toEqual([]);
  });

  it('waits for a scan that was decided by the old rule, and judges it by the new one', async () => {
    const { eventId, people } = await givenClosedEvent();
    const person = people[9]?.id ?? '';
    let judged: ReturnType<typeof judgeCorrected> | undefined;
    await kit.db.transaction(async (tx) => {
      await tx.query(
        'select 1 from attendance.enrollments where event_id = $1 and enrollment_id = $2 for update',
        [eventId, person],
      );
      await correct(eventId, oneDayIsEnough);
      judged = judgeCorrected(judging());
      await waitUntil(() => isAnyoneWaiting(kit.db));
      await tx.query(
        `insert into attendance.check_ins (event_id, check_in_id, enrollment_id, day, scanned_at, recorded_at, direction,
           source, device_id, scan_id)
         values ($1, gen_random_uuid(), $2, '2026-05-01', now(), now(), 'entry', 'scan', gen_random_uuid(), gen_random_uuid())`,
        [eventId, person],
      );
    });
    await judged;
    expect((await statuses(kit.db, eventId))[person]).toBe('attended');
  });

  it('is finished by the next service when one is killed in the middle', async () => {
    const { eventId } = await givenClosedEvent();
    await using vhost = await createTestVhost();
    await correct(eventId, allDays);
    const failpoints = mkdtempSync(join(tmpdir(), 'turnout-failpoints-'));
    const config = serviceConfig({ kit, amqpUrl: vhost.amqpUrl, batchSize: 2, schedule: '0 0 1 1 *' });
    const env = serviceEnvironment(config);
    armFailpoint(failpoints, 'enrollments.committed', 'SIGKILL');
    await using killed = spawnClosure('main.ts', { ...env, TURNOUT_FAILPOINTS: failpoints });
    expect(await killed.exited).toBeNull();
    rmSync(failpoints, { recursive: true });
    expect(await corrections(eventId)).toMatchObject([{ no_show: 2, finished: false }]);

    await using _next = spawnClosure('main.ts', env);
    await waitUntil(async () => (await openOf(eventId)) === undefined);
    expect(await corrections(eventId)).toMatchObject([{ no_show: 5, finished: true }]);
    expect(await offenders(eventId)).toEqual([]);
  });

  it('says why it does not get on, holds up no other event, and gets on by itself', async () => {
    const { eventId: broken } = await givenClosedEvent();
    const { eventId: whole } = await givenClosedEvent();
    await correct(broken, allDays);
    await correct(whole, allDays);
    await kit.db.query(
      `create function attendance.refuse() returns trigger language plpgsql as
       $$ begin raise exception 'no' using errcode = 'check_violation'; end $$`,
    );
    await kit.db.query(
      `create trigger refuse before insert on attendance.transitions for each row
       when (new.event_id = '${broken}') execute function attendance.refuse()`,
    );
    expect(await judgeCorrected(judging())).toMatchObject({ finished: 1, failed: 1 });
    expect(await openOf(whole)).toBeUndefined();
    const [open] = await kit.db.query(
      'select error from attendance.corrections where event_id = $1 and finished_at is null',
      [broken],
    );
    expect(open).toEqual({ error: 'the database refused a change: 23514' });
    await kit.db.query('drop trigger refuse on attendance.transitions');
    expect(await judgeCorrected(judging())).toMatchObject({ finished: 1, failed: 0 });
    expect(await offenders(broken)).toEqual([]);
  });
});
