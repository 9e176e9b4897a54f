import { decideCancellation } from '@turnout/attendance/decide-cancellation';
import { decideClosure } from '@turnout/attendance/decide-closure';
import { publicEvent } from '@turnout/contracts/events/public-event';
import { type Db, openDb } from '@turnout/runtime/postgres';
import { givenEnrollments, givenEvent, givenOrganization } from '@turnout/test-kit/given';
import { isAnyoneWaiting } from '@turnout/test-kit/is-anyone-waiting';
import { createTestDatabase, type TestDatabase } from '@turnout/test-kit/test-database';
import { waitUntil } from '@turnout/test-kit/wait-until';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { changeEnrollments, changeUndecided, each } from '../src/change-enrollments.ts';
import type { Fact } from '../src/fact.ts';
import type { UndecidedBatch } from '../src/loading/load-undecided.ts';
import { OvertakenError } from '../src/locking/lock-undecided.ts';

const context = { actor: { type: 'system', id: 'test' } as const, cause: 'test-run' };

const cancel = each((enrollment, event) => {
  const decision = decideCancellation(event, enrollment, { reason: 'fell ill', by: 'admin' });
  if (decision.outcome === 'refused') return { facts: [], result: decision.refusal.code as string };
  const facts: Fact[] = [{ kind: 'moved', move: decision.move }];
  return { facts, result: 'cancelled' };
});

const close = ({ event, enrollments }: UndecidedBatch) => ({
  changes: enrollments.map((enrollment) => {
    const { move } = decideClosure(event, enrollment);
    const facts: Fact[] = move ? [{ kind: 'moved', move }] : [];
    return { enrollment, facts };
  }),
  result: enrollments.map(({ id }) => id),
});

describe('changing enrollments', () => {
  let database: TestDatabase;
  /** One connection, as a query outside its transaction would need a second. */
  let db: Db;
  let other: Db;
  let organizationId: string;

  beforeAll(async () => {
    database = await createTestDatabase();
    db = openDb({ url: database.url, max: 1, applicationName: 'one' });
    other = openDb({
      url: database.url,
      max: 4,
      applicationName: 'other',
      lockTimeoutMs: 5_000,
      queryTimeoutMs: 6_000,
    });
    organizationId = (await givenOrganization(db)).id;
  });
  afterAll(async () => {
    await db?.[Symbol.asyncDispose]();
    await other?.[Symbol.asyncDispose]();
    await database?.drop();
  });

  const selected = (eventId: string, enrollmentIds: string[]) =>
    ({ by: 'enrollments', organizationId, eventId, enrollmentIds }) as const;

  it('writes status, audit row and message together, and each says the same', async () => {
    const eventId = await givenEvent(db, organizationId);
    const [person] = await givenEnrollments(db, organizationId, eventId, 1);
    expect(await changeEnrollments(db, selected(eventId, [person?.id ?? '']), cancel, context)).toEqual([
      'cancelled',
    ]);
    const [row] = await db.query(
      `select e.status, e.version, t.from_status, t.to_status, t.triggered_by, t.reason, t.actor, t.cause, m.body,
         m.partition_key = e.event_id as in_order_of_event
       from attendance.enrollments e
       join attendance.transitions t using (event_id, enrollment_id, version)
       join outbox.messages m using (message_id)
       where e.enrollment_id = $1`,
      [person?.id],
    );
    expect(row).toMatchObject({
      status: 'cancelled',
      version: 2,
      from_status: 'confirmed',
      to_status: 'cancelled',
      triggered_by: 'admin',
      reason: 'fell ill',
      actor: context.actor,
      cause: 'test-run',
      in_order_of_event: true,
    });
    const message = publicEvent.parse(JSON.parse(String(row?.body)));
    expect(message).toMatchObject({
      type: 'turnout.enrollment.cancelled.v1',
      subject: person?.id,
      sequence: 2,
    });
    expect(JSON.stringify(message)).not.toContain('fell ill');
  });

  it('leaves nothing behind when the decision throws', async () => {
    const eventId = await givenEvent(db, organizationId);
    const [person] = await givenEnrollments(db, organizationId, eventId, 1);
    const failing = changeEnrollments(
      db,
      selected(eventId, [person?.id ?? '']),
      () => {
        throw new Error('a fault in a rule');
      },
      context,
    );
    await expect(failing).rejects.toThrow('a fault in a rule');
    const rows = await db.query('select 1 from attendance.transitions where event_id = $1', [eventId]);
    expect(rows).toHaveLength(1);
  });

  it('decides once for each of two that want the same at the same instant', async () => {
    const eventId = await givenEvent(db, organizationId);
    const people = await givenEnrollments(db, organizationId, eventId, 30);
    const ids = people.map(({ id }) => id);
    const results = await Promise.all([
      changeEnrollments(other, selected(eventId, ids), cancel, context),
      changeEnrollments(other, selected(eventId, ids.toReversed()), cancel, context),
      changeEnrollments(db, selected(eventId, ids), cancel, context),
    ]);
    const outcomes = results.flat();
    expect(outcomes.filter((outcome) => outcome === 'cancelled')).toHaveLength(30);
    expect(outcomes.filter((outcome) => outcome === 'illegal_transition')).toHaveLength(60);
  });

  it('sees what was committed while it waited for the lock, in every table', async () => {
    const eventId = await givenEvent(db, organizationId);
    const [person] = await givenEnrollments(db, organizationId, eventId, 1);
    const locked = Promise.withResolvers<void>();
    const arriving = other.transaction(async (tx) => {
      await tx.query('select 1 from attendance.enrollments where enrollment_id = $1 for update', [
        person?.id,
      ]);
      locked.resolve();
      await waitUntil(() => isAnyoneWaiting(other));
      await tx.query(
        `insert into attendance.check_ins (event_id, check_in_id, enrollment_id, day, scanned_at, recorded_at, direction,
           source, device_id, scan_id)
         select event_id, gen_random_uuid(), $2, starts_at::date + 1, starts_at + interval '1 day', now(), 'entry', 'scan',
           gen_random_uuid(), gen_random_uuid()
         from attendance.events where event_id = $1`,
        [eventId, person?.id],
      );
    });
    await locked.promise;
    const seen = await changeEnrollments(
      other,
      selected(eventId, [person?.id ?? '']),
      ({ enrollments }) => ({ changes: [], result: enrollments[0]?.checkIns.length }),
      context,
    );
    await arriving;
    expect(seen).toBe(1);
  });

  it("walks undecided people in batches for the run whose epoch is the event's, and stops one that was overtaken", async () => {
    const eventId = await givenEvent(db, organizationId);
    const people = await givenEnrollments(db, organizationId, eventId, 25);
    await db.query('update attendance.events set closure_epoch = 3 where event_id = $1', [eventId]);
    const batch = (epoch: number, after: string | null) =>
      changeUndecided(db, { eventId, epoch, after, limit: 10 }, close, context);
    const first = await batch(3, null);
    expect(first).toHaveLength(10);
    await expect(batch(2, null)).rejects.toThrow(OvertakenError);
    const second = await batch(3, first.at(-1) ?? null);
    const third = await batch(3, second.at(-1) ?? null);
    expect(new Set([...first, ...second, ...third])).toEqual(new Set(people.map(({ id }) => id)));
    expect(await batch(3, null)).toEqual([]);
  });

  it('does not see people of another organization', async () => {
    const eventId = await givenEvent(db, organizationId);
    const [person] = await givenEnrollments(db, organizationId, eventId, 1);
    const { id: stranger } = await givenOrganization(db);
    const selection = {
      by: 'enrollments',
      organizationId: stranger,
      eventId,
      enrollmentIds: [person?.id ?? ''],
    } as const;
    expect(await changeEnrollments(db, selection, cancel, context)).toEqual([]);
  });
});
