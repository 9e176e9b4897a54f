import { decideCheckIn } from '@turnout/attendance/decide-check-in';
import { decideClosure } from '@turnout/attendance/decide-closure';
import { changeEnrollments, each } from '@turnout/attendance-store/change-enrollments';
import type { NewCheckIn } from '@turnout/attendance-store/stored';
import { gather } from '@turnout/audit/gather';
import { sealOnce } from '@turnout/audit/seal-once';
import { newId } from '@turnout/runtime/ids';
import type { Db } from '@turnout/runtime/postgres';
import {
  givenEnrollments,
  givenEvent,
  givenOrder,
  givenOrganization,
  givenProduct,
} from '@turnout/test-kit/given';
import { openTestDb } from '@turnout/test-kit/open-test-db';
import { createTestDatabase } from '@turnout/test-kit/test-database';
import { waitUntil } from '@turnout/test-kit/wait-until';
import { describe, expect, it } from 'vitest';
import { invariants, runInvariants } from '../src/run-invariants.ts';

const DAY = 24 * 3_600_000;
const context = { actor: { type: 'system', id: 'test' } as const, cause: 'test' };

interface World extends AsyncDisposable {
  url: string;
  db: Db;
  /** Came, and was judged to have attended. */
  attended: string;
  /** Never came. */
  noShow: string;
}

/**
 * A closed event with someone who came, had lunch and went through a door, and someone who did not come; their
 * messages, and a notification.
 */
async function aHealthyDatabase(): Promise<World> {
  await using opening = new AsyncDisposableStack();
  const database = opening.use(await createTestDatabase());
  const db = opening.use(openTestDb(database.url, 2));
  const { id: organizationId } = await givenOrganization(db);
  const eventId = await givenEvent(db, organizationId);
  const [came, absent] = await givenEnrollments(db, organizationId, eventId, 2);
  if (!came || !absent) throw new Error('nobody was enrolled');
  await checkIn(db, { organizationId, eventId, enrollmentId: came.id });
  await useOrder(db, eventId, came.id);
  await close(db, { organizationId, eventId, enrollmentIds: [came.id, absent.id] });
  await receive(db);
  const opened = opening.move();
  return {
    url: database.url,
    db,
    attended: came.id,
    noShow: absent.id,
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}

async function checkIn(
  db: Db,
  ids: { organizationId: string; eventId: string; enrollmentId: string },
): Promise<void> {
  const scanId = newId();
  const scan = {
    scannedAt: new Date(Date.now() - 2 * DAY),
    direction: 'entry' as const,
    station: null,
    deviceId: newId(),
    orderPaid: true,
    admitUnpaid: false,
  };
  await changeEnrollments(
    db,
    {
      by: 'enrollments',
      organizationId: ids.organizationId,
      eventId: ids.eventId,
      enrollmentIds: [ids.enrollmentId],
    },
    ({ enrollments: [enrollment], event, now }) => {
      if (!enrollment || !event) throw new Error('nothing was loaded');
      const decision = decideCheckIn(event, enrollment, scan, now);
      if (decision.outcome === 'refused') throw new Error(decision.refusal.code);
      const { outcome, day, move } = decision;
      const row: NewCheckIn = {
        ...scan,
        id: newId(),
        day,
        recordedAt: now,
        source: 'scan',
        annulledAt: null,
        turnedAway: false,
        scanId,
      };
      return {
        changes: [{ enrollment, facts: [{ kind: 'checked_in', checkIn: row, outcome, move }] }],
        answers: [
          {
            ...scan,
            eventId: event.id,
            scanId,
            kind: 'check_in',
            lineItemId: null,
            productId: null,
            deviceDecision: null,
            enrollmentId: enrollment.id,
            accessCode: null,
            namedEnrollmentId: enrollment.id,
            cause: 'test',
            refusal: null,
            answer: { status: 201, body: { outcome } },
            recordedAt: now,
          },
        ],
        result: null,
      };
    },
    context,
  );
}

/** Lunch and a door, once each, as the scans that asked for them are kept. */
async function useOrder(db: Db, eventId: string, enrollmentId: string): Promise<void> {
  const productId = await givenProduct(db, eventId);
  const [lineItemId] = await givenOrder(db, { eventId, enrollmentId }, [{ productId, quantity: 1 }]);
  const scan = (kind: string, asked: string, outcome: string) => `
    insert into attendance.scans (event_id, scan_id, enrollment_id, access_code, answer_status, answer_body, scanned_at,
      recorded_at, direction, device_id, cause, kind, ${asked})
    values ($1, $3, $2, 'CODE', 201, '{"outcome":"${outcome}"}', now(), now(), 'entry', gen_random_uuid(), 'test', '${kind}', $4)`;
  const redemption = newId();
  await db.query(scan('redemption', 'line_item_id', 'redeemed'), [
    eventId,
    enrollmentId,
    redemption,
    lineItemId,
  ]);
  await db.query(
    `insert into attendance.redemptions (event_id, redemption_id, enrollment_id, line_item_id, scan_id, device_id, recorded_at)
     values ($1, gen_random_uuid(), $2, $4, $3, gen_random_uuid(), now())`,
    [eventId, enrollmentId, redemption, lineItemId],
  );
  const doorCheck = newId();
  await db.query(scan('door_check', 'product_id', 'first'), [eventId, enrollmentId, doorCheck, productId]);
  await db.query(
    `insert into attendance.door_checks (event_id, door_check_id, enrollment_id, product_id, scan_id, device_id, recorded_at)
     values ($1, gen_random_uuid(), $2, $4, $3, gen_random_uuid(), now())`,
    [eventId, enrollmentId, doorCheck, productId],
  );
}

async function close(
  db: Db,
  selection: { organizationId: string; eventId: string; enrollmentIds: string[] },
): Promise<void> {
  await changeEnrollments(
    db,
    { by: 'enrollments', ...selection },
    each((enrollment, event) => {
      const { move } = decideClosure(event, enrollment);
      return { facts: move ? [{ kind: 'moved' as const, move }] : [], result: null };
    }),
    context,
  );
  await db.query(
    `insert into attendance.closure_runs
       (event_id, run_id, organization_id, trigger, status, epoch, started_at, finished_at)
     values ($1, $2, $3, 'command', 'succeeded', 1, clock_timestamp(), clock_timestamp())`,
    [selection.eventId, newId(), selection.organizationId],
  );
}

/** What the notifier writes when the messages of the outbox arrive; half of them count as published. */
async function receive(db: Db): Promise<void> {
  await db.query(`
    insert into notifier.inbox (message_id, type, organization_id, event_id, subject_id)
    select message_id, routing_key, split_part(body::json ->> 'source', '/', 3)::uuid, partition_key,
      (body::json ->> 'subject')::uuid
    from outbox.messages`);
  await db.query(`
    insert into notifier.deliveries (delivery_id, message_id, organization_id, event_id, enrollment_id, channel, template)
    select gen_random_uuid(), message_id, organization_id, event_id, subject_id, 'log', 'attended'
    from notifier.inbox where type = 'turnout.participant.attended.v1'`);
  await db.query(`
    with published as (delete from outbox.messages where sequence % 2 = 0 returning partition, message_id)
    insert into outbox.published (partition, message_ids) select partition, array[message_id] from published`);
}

/** Runs statements that no service may run: as the owner, with triggers and foreign keys off. */
async function byForce(db: Db, statement: string, values: unknown[] = []): Promise<void> {
  await db.transaction(async (tx) => {
    await tx.query('set local session_replication_role = replica');
    await tx.query(statement, values);
  });
}

/** Gives every audit row its seal. */
async function seal(db: Db): Promise<void> {
  await waitUntil(async () => {
    if ((await sealOnce(db)).newCluster) await gather(db, new AbortController().signal);
    const [rows] = await db.query<{ all: boolean }>(
      `select (select count(*) from attendance.transitions) =
           (select coalesce(sum(cardinality(ids)), 0) from audit.seals) as "all"`,
    );
    return rows?.all;
  });
}

/** For each invariant, in their order: how to break it on purpose. */
const damage: ((world: World) => Promise<void>)[][] = [
  [
    ({ db, noShow }) =>
      byForce(db, 'update attendance.enrollments set version = 7 where enrollment_id = $1', [noShow]),
    ({ db, noShow }) =>
      byForce(db, 'delete from attendance.transitions where enrollment_id = $1 and version = 2', [noShow]),
  ],
  [
    ({ db, noShow }) =>
      byForce(
        db,
        `update attendance.transitions set from_status = 'checked_in' where enrollment_id = $1 and version = 2`,
        [noShow],
      ),
    ({ db, noShow }) =>
      byForce(
        db,
        `update attendance.transitions set triggered_by = 'participant' where enrollment_id = $1 and version = 2`,
        [noShow],
      ),
  ],
  [
    async ({ db, noShow }) => {
      await byForce(
        db,
        `update attendance.enrollments set status = 'confirmed', verdict_by = null where enrollment_id = $1`,
        [noShow],
      );
    },
  ],
  [
    ({ db }) => byForce(db, 'delete from outbox.messages'),
    ({ db }) =>
      byForce(
        db,
        'insert into outbox.published (partition, message_ids) select partition, message_ids from outbox.published',
      ),
    ({ db, noShow }) =>
      byForce(
        db,
        'update attendance.transitions set message_id = null where enrollment_id = $1 and version = 2',
        [noShow],
      ),
  ],
  [
    ({ db }) => byForce(db, 'delete from notifier.deliveries'),
    ({ db }) => byForce(db, 'delete from notifier.inbox'),
    ({ db }) =>
      byForce(
        db,
        `insert into notifier.deliveries (delivery_id, message_id, organization_id, event_id, enrollment_id, channel, template)
         select gen_random_uuid(), message_id, organization_id, event_id, enrollment_id, 'email', template from notifier.deliveries`,
      ),
  ],
  [
    ({ db }) => byForce(db, `delete from attendance.scans where kind = 'check_in'`),
    ({ db }) =>
      byForce(
        db,
        `insert into attendance.scans (event_id, scan_id, enrollment_id, access_code, answer_status, answer_body, scanned_at,
           recorded_at, direction, device_id, cause)
         select event_id, gen_random_uuid(), enrollment_id, 'X', 201, '{"outcome":"first"}', scanned_at, recorded_at, 'entry', device_id, cause
         from attendance.scans where kind = 'check_in'`,
      ),
    async ({ db, noShow, attended }) => {
      await byForce(db, 'alter table attendance.enrollments drop constraint enrollments_participant');
      await byForce(
        db,
        `update attendance.enrollments set participant_id =
           (select participant_id from attendance.enrollments where enrollment_id = $1) where enrollment_id = $2`,
        [attended, noShow],
      );
    },
  ],
  [
    ({ db }) =>
      byForce(
        db,
        `update attendance.check_ins set annulled_at = now(), annulled_by = '{}', annulment_reason = 'by hand'`,
      ),
    ({ db, attended, noShow }) =>
      byForce(db, 'update attendance.check_ins set enrollment_id = $1 where enrollment_id = $2', [
        noShow,
        attended,
      ]),
  ],
  [
    ({ db }) =>
      byForce(
        db,
        `insert into attendance.scans (event_id, scan_id, access_code, refusal, answer_status, answer_body, scanned_at,
           recorded_at, direction, device_id, cause)
         select event_id, gen_random_uuid(), access_code, 'unknown_code', 404, '{}', now(), now() + interval '1 minute', 'entry',
           gen_random_uuid(), 'test'
         from attendance.enrollments`,
      ),
  ],
  [
    // One more than was bought, with a scan of its own.
    ({ db }) =>
      byForce(
        db,
        `with more as (select gen_random_uuid() as scan_id),
         scanned as (
           insert into attendance.scans (event_id, scan_id, enrollment_id, access_code, answer_status, answer_body,
             scanned_at, recorded_at, direction, device_id, cause, kind, line_item_id)
           select event_id, more.scan_id, enrollment_id, access_code, answer_status, answer_body, scanned_at, recorded_at,
             direction, device_id, cause, kind, line_item_id
           from attendance.scans, more where kind = 'redemption'
         )
         insert into attendance.redemptions (event_id, redemption_id, enrollment_id, line_item_id, scan_id, device_id, recorded_at)
         select event_id, gen_random_uuid(), enrollment_id, line_item_id, more.scan_id, device_id, recorded_at
         from attendance.redemptions, more`,
      ),
    ({ db }) => byForce(db, 'update attendance.redemptions set scan_id = gen_random_uuid()'),
    ({ db }) => byForce(db, `delete from attendance.scans where kind = 'redemption'`),
    ({ db }) => byForce(db, 'delete from attendance.redemptions'),
    ({ db }) => byForce(db, `update attendance.scans set refusal = 'order_unpaid' where kind = 'redemption'`),
    ({ db, noShow }) => byForce(db, 'update attendance.line_items set enrollment_id = $1', [noShow]),
    ({ db }) => byForce(db, 'delete from attendance.line_items'),
    ({ db, noShow }) =>
      byForce(db, `update attendance.scans set enrollment_id = $1 where kind = 'redemption'`, [noShow]),
    ({ db }) => byForce(db, 'delete from attendance.door_checks'),
    ({ db }) => byForce(db, `delete from attendance.scans where kind = 'door_check'`),
    ({ db }) => byForce(db, 'update attendance.door_checks set product_id = gen_random_uuid()'),
  ],
  [
    async ({ db }) => {
      await seal(db);
      await byForce(db, `update attendance.transitions set reason = 'because' where version = 1`);
    },
  ],
];

describe.concurrent('the invariants', () => {
  it('all hold on a healthy database', async () => {
    await using world = await aHealthyDatabase();
    expect((await runInvariants(world.url)).filter(({ offenders }) => offenders.length > 0)).toEqual([]);
  });

  describe.each(invariants.map(({ name }, index) => ({ name, index })))('"$name"', ({ index }) => {
    it.each((damage[index] ?? []).map((harm, way) => ({ harm, way: way + 1 })))(
      'is broken in way $way',
      async ({ harm }) => {
        await using world = await aHealthyDatabase();
        await harm(world);
        const findings = await runInvariants(world.url);
        expect(findings[index]?.offenders).not.toEqual([]);
      },
    );
  });

  it('have a way to break each of them', () => {
    expect(damage.map((ways) => ways.length > 0)).toEqual(invariants.map(() => true));
  });
});
