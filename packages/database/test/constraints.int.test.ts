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
import { createTestDatabase, type TestDatabase } from '@turnout/test-kit/test-database';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

describe('what must never be', () => {
  let database: TestDatabase;
  let owner: Db;
  let organizationId: string;
  let eventId: string;
  let enrollmentId: string;

  beforeAll(async () => {
    database = await createTestDatabase();
    owner = openTestDb(database.url, 2);
    organizationId = (await givenOrganization(owner)).id;
    eventId = await givenEvent(owner, organizationId);
    const [person] = await givenEnrollments(owner, organizationId, eventId, 2);
    enrollmentId = person?.id ?? '';
  });
  afterAll(async () => {
    await owner?.[Symbol.asyncDispose]();
    await database?.drop();
  });

  it('audit rows are not changed or removed, not even by the owner', async () => {
    for (const statement of [
      `update attendance.transitions set reason = 'x'`,
      'delete from attendance.transitions',
      'truncate attendance.transitions cascade',
    ]) {
      await expect(owner.query(statement)).rejects.toThrow('audit rows are never changed or removed');
    }
  });

  it('statuses, requirements and events have only the shapes they may have', async () => {
    const enrollment = (set: string) =>
      owner.query(`update attendance.enrollments set ${set} where enrollment_id = $1`, [enrollmentId]);
    await expect(enrollment(`status = 'maybe'`)).rejects.toThrow('check constraint');
    await expect(enrollment(`status = 'attended'`)).rejects.toThrow('check constraint');
    await expect(enrollment(`status = 'no_show', attended_at = now(), verdict_by = 'rule'`)).rejects.toThrow(
      'check constraint',
    );
    await expect(enrollment(`verdict_by = 'rule'`)).rejects.toThrow('check constraint');
    const event = (facts: object) => givenEvent(owner, organizationId, facts);
    await expect(event({ requirement_type: 'some_days' })).rejects.toThrow('events_requirement_shape');
    await expect(event({ requirement_type: 'minimum_days' })).rejects.toThrow('events_requirement_shape');
    await expect(event({ requirement_type: 'minimum_days', requirement_days: 0 })).rejects.toThrow(
      'events_requirement_shape',
    );
    await expect(event({ requirement_type: 'any_day', requirement_days: 1 })).rejects.toThrow(
      'events_requirement_shape',
    );
    await expect(event({ ends_at: new Date(0) })).rejects.toThrow('events_end_after_start');
    await expect(event({ reentry: 'twice' })).rejects.toThrow('check constraint');
    await expect(event({ day_boundary: '24:00' })).rejects.toThrow('check constraint');
  });

  it('an access code, a participant and a scanId stand once in an event', async () => {
    const again = (columns: string) =>
      owner.query(
        `insert into attendance.enrollments (event_id, enrollment_id, organization_id, participant_id, status, access_code)
         select event_id, gen_random_uuid(), organization_id, ${columns} from attendance.enrollments where enrollment_id = $1`,
        [enrollmentId],
      );
    await expect(again(`participant_id, 'confirmed', 'ANOTHER'`)).rejects.toThrow('enrollments_participant');
    await expect(
      again(
        `(select participant_id from attendance.participants p where not exists (
            select from attendance.enrollments x where x.participant_id = p.participant_id and x.enrollment_id = $1) limit 1),
         'confirmed', access_code`,
      ),
    ).rejects.toThrow('enrollments_');
    const scan = () =>
      owner.query(
        `insert into attendance.scans (event_id, scan_id, access_code, refusal, answer_status, answer_body, scanned_at,
           recorded_at, direction, device_id, cause)
         values ($1, '0197f3c2-0000-7000-8000-000000000001', 'X', 'unknown_code', 404, '{}', now(), now(), 'entry', $2, 'test')`,
        [eventId, newId()],
      );
    await scan();
    await expect(scan()).rejects.toThrow('scans_pkey');
  });

  it('an order has each product of its event once, in whole numbers, and what was used keeps its line item', async () => {
    const lunch = await givenProduct(owner, eventId);
    const elsewhere = await givenProduct(owner, await givenEvent(owner, organizationId));
    const [lineItemId] = await givenOrder(owner, { eventId, enrollmentId }, [
      { productId: lunch, quantity: 1 },
    ]);
    const lineItem = (productId: string, quantity: number) =>
      owner.query(
        `insert into attendance.line_items (event_id, line_item_id, enrollment_id, product_id, quantity)
         values ($1, gen_random_uuid(), $2, $3, $4)`,
        [eventId, enrollmentId, productId, quantity],
      );
    await expect(lineItem(lunch, 1)).rejects.toThrow('line_items_product');
    await expect(lineItem(elsewhere, 1)).rejects.toThrow('foreign key');
    await expect(lineItem(elsewhere, 0)).rejects.toThrow('check constraint');
    await expect(givenProduct(owner, eventId, { kind: 'meal' as 'addon' })).rejects.toThrow(
      'check constraint',
    );
    await expect(givenOrder(owner, { eventId, enrollmentId })).rejects.toThrow('orders_pkey');

    const scanId = newId();
    const redemption = () =>
      owner.query(
        `insert into attendance.redemptions
           (event_id, redemption_id, enrollment_id, line_item_id, scan_id, device_id, recorded_at)
         values ($1, gen_random_uuid(), $2, $3, $4, gen_random_uuid(), now())`,
        [eventId, enrollmentId, lineItemId, scanId],
      );
    await redemption();
    await expect(redemption()).rejects.toThrow('redemptions_scan');
    await expect(owner.query('delete from attendance.line_items')).rejects.toThrow('foreign key');
  });

  it('a service does what it needs, and nothing else', async () => {
    const denied: Record<'checkin' | 'closure' | 'admin' | 'notifier', string[]> = {
      checkin: [
        `update attendance.enrollments set access_code = 'x'`,
        `update attendance.events set name = 'x'`,
        'insert into access.tokens default values',
        `update access.tokens set next_secret_hash = ''`,
        `update access.identity_providers set roles = '{}'`,
        'select * from attendance.closure_runs',
        'select * from notifier.deliveries',
        'delete from attendance.check_ins',
        'insert into attendance.products default values',
        'insert into attendance.orders default values',
        `update attendance.orders set status = 'paid'`,
        'update attendance.line_items set quantity = 7',
        'delete from attendance.redemptions',
        'update attendance.door_checks set station = null',
        'delete from attendance.scans',
        `update attendance.scans set refusal = null`,
        `update attendance.check_ins set day = '2026-05-01'`,
        'update attendance.reused_scans set recorded_at = now()',
        'delete from attendance.reused_scans',
        'delete from attendance.device_watermarks',
      ],
      closure: [
        `update attendance.events set name = 'x'`,
        'insert into attendance.check_ins default values',
        'select * from attendance.scans',
        'insert into attendance.redemptions default values',
        `update attendance.orders set status = 'paid'`,
        'select * from attendance.reused_scans',
        'update attendance.device_watermarks set pending_before = null',
        'select * from notifier.inbox',
        'update access.tokens set revoked_at = now()',
        'insert into access.identity_providers default values',
      ],
      admin: [
        'delete from attendance.enrollments',
        'update attendance.events set closed_at = now()',
        'update attendance.check_ins set annulled_at = now()',
        'insert into attendance.closure_runs default values',
        `update attendance.products set name = 'x'`,
        'delete from attendance.products',
        'delete from attendance.orders',
        'update attendance.orders set created_at = now()',
        'update attendance.line_items set product_id = gen_random_uuid()',
        'insert into attendance.redemptions default values',
        'delete from attendance.redemptions',
        'insert into attendance.door_checks default values',
        'select * from attendance.refused_scans',
        'insert into attendance.device_watermarks default values',
        'select * from notifier.deliveries',
        'select * from notifier.webhook_secrets',
        'select * from notifier.alert_addresses',
        `update access.tokens set role = 'admin'`,
      ],
      notifier: [
        'select * from attendance.enrollments',
        'select * from attendance.participants',
        'select * from attendance.events',
        'select * from attendance.orders',
        'select * from outbox.messages',
        'update access.tokens set revoked_at = now()',
        `update access.tokens set secret_hash = ''`,
        'delete from access.identity_providers',
        'delete from notifier.inbox',
        'delete from notifier.webhook_endpoints',
        'update notifier.webhook_endpoints set organization_id = gen_random_uuid()',
        `update notifier.webhook_secrets set sealed = ''`,
        `update notifier.webhook_bodies set body = ''`,
        'update notifier.delivery_attempts set error = null',
        'delete from notifier.delivery_attempts',
        'update notifier.alert_addresses set organization_id = gen_random_uuid()',
        'truncate notifier.alert_addresses',
      ],
    };
    for (const service of ['checkin', 'closure', 'admin', 'notifier'] as const) {
      await using db = openTestDb(database.urlFor(service), 1);
      for (const statement of [
        ...denied[service],
        `update attendance.transitions set reason = 'x'`,
        'delete from attendance.transitions',
        'create table attendance.mine (id int)',
        'create table public.mine (id int)',
      ]) {
        await expect(db.query(statement), `${service}: ${statement}`).rejects.toThrow('permission denied');
      }
      await expect(db.query('select count(*) from access.tokens')).resolves.toHaveLength(1);
    }
  });
});
