import { readFileSync } from 'node:fs';
import { decideCheckIn } from '@turnout/attendance/decide-check-in';
import { changeEnrollments, each } from '@turnout/attendance-store/change-enrollments';
import { newId } from '@turnout/runtime/ids';
import type { Db } from '@turnout/runtime/postgres';
import { onDatabase } from '@turnout/test-kit/admin-client';
import { givenEnrollments, givenEvent, givenOrganization } from '@turnout/test-kit/given';
import { openTestDb } from '@turnout/test-kit/open-test-db';
import { createTestDatabase } from '@turnout/test-kit/test-database';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const statements = readFileSync(new URL('../../../docs/partitioning.sql', import.meta.url), 'utf8');
const HOUR = 3_600_000;

describe('partitioning by event', () => {
  const opened = new AsyncDisposableStack();
  let databaseUrl: string;
  let owner: Db;
  let door: Db;
  let organizationId: string;
  const events: { eventId: string; enrollmentIds: string[] }[] = [];

  beforeAll(async () => {
    const database = opened.use(await createTestDatabase());
    databaseUrl = database.url;
    owner = opened.use(openTestDb(database.url, 2));
    door = opened.use(openTestDb(database.urlFor('checkin'), 2));
    organizationId = (await givenOrganization(owner)).id;
    for (let count = 0; count < 8; count += 1) {
      const facts = { starts_at: new Date(Date.now() - HOUR), ends_at: new Date(Date.now() + HOUR) };
      const eventId = await givenEvent(owner, organizationId, facts);
      const people = await givenEnrollments(owner, organizationId, eventId, 4);
      events.push({ eventId, enrollmentIds: people.map(({ id }) => id) });
    }
  });
  afterAll(() => opened.disposeAsync());

  /** Checks in the first or the second half of each event, with the role and the statements of checkin-service. */
  async function checkIn(from: number): Promise<void> {
    for (const { eventId, enrollmentIds } of events) {
      const scan = {
        scannedAt: new Date(),
        direction: 'entry',
        station: 'Door A',
        deviceId: newId(),
        orderPaid: true,
        admitUnpaid: false,
      } as const;
      await changeEnrollments(
        door,
        { by: 'enrollments', organizationId, eventId, enrollmentIds: enrollmentIds.slice(from, from + 2) },
        each((enrollment, event, now) => {
          const decision = decideCheckIn(event, enrollment, scan, now);
          if (decision.outcome === 'refused') throw new Error(`refused: ${decision.refusal.code}`);
          const { scannedAt, station, direction, deviceId } = scan;
          const made = {
            id: newId(),
            scanId: newId(),
            recordedAt: now,
            annulledAt: null,
            turnedAway: false,
            source: 'scan',
            day: decision.day,
            scannedAt,
            station,
            direction,
            deviceId,
          } as const;
          const { outcome, move } = decision;
          return { facts: [{ kind: 'checked_in', checkIn: made, outcome, move }], result: null };
        }),
        { actor: { type: 'system', id: 'test' }, cause: 'test' },
      );
    }
  }

  const rows = async (table: string) => {
    const [found] = await owner.query<{ count: number }>(
      `select count(*)::int as count from attendance.${table}`,
    );
    return found?.count;
  };

  it('is possible because each primary or unique key has the event or the organization', async () => {
    const without = await owner.query(
      `select conrelid::regclass::text as table, conname from pg_constraint
       where connamespace = 'attendance'::regnamespace and contype in ('p', 'u') and not exists (
         select from pg_attribute
         where attrelid = conrelid and attnum = any (conkey) and attname in ('event_id', 'organization_id'))`,
    );
    expect(without).toEqual([]);
  });

  it('keeps what was there, takes check-ins as before, and looks into one part only', async () => {
    await checkIn(0);
    await onDatabase(databaseUrl, (client) => client.query(statements)); // sent as one, and so one transaction
    expect(await rows('check_ins')).toBe(16);
    expect(await rows('transitions')).toBe(48);

    await checkIn(2);
    expect(await rows('check_ins')).toBe(32);
    expect(await rows('transitions')).toBe(64);
    const parts = await owner.query('select distinct tableoid from attendance.check_ins');
    expect(parts.length).toBeGreaterThan(1);

    const [event] = events;
    const plan = await door.query(
      'explain select * from attendance.check_ins where event_id = $1 and enrollment_id = any ($2)',
      [event?.eventId, event?.enrollmentIds],
    );
    const touched = new Set(JSON.stringify(plan).match(/on check_ins_\d+/g));
    expect(touched.size).toBe(1);
  });

  it('keeps audit rows final, also in a part', async () => {
    const [part] = await owner.query<{ name: string }>(
      'select tableoid::regclass::text as name from attendance.transitions limit 1',
    );
    for (const statement of [
      "update attendance.transitions set reason = 'other'",
      'delete from attendance.transitions',
      'truncate attendance.transitions',
      `delete from ${part?.name}`,
      `truncate ${part?.name}`,
    ]) {
      await expect(owner.query(statement), statement).rejects.toThrow();
    }
  });
});
