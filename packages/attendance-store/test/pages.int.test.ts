import { newId } from '@turnout/runtime/ids';
import { type Db, openDb, type Queryable } from '@turnout/runtime/postgres';
import { countRowsRead } from '@turnout/test-kit/count-rows-read';
import { givenEnrollments, givenEvent, givenOrganization } from '@turnout/test-kit/given';
import { createTestDatabase, type TestDatabase } from '@turnout/test-kit/test-database';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listRunsOf } from '../src/closing/find-closure-runs.ts';
import { listClosureStates } from '../src/closing/find-closure-states.ts';
import { listRefusedScans } from '../src/door/list-refused-scans.ts';
import { listParticipants } from '../src/participants/participants.ts';

const MANY = 2_000;
const LIMIT = 10;

describe('a page', () => {
  let database: TestDatabase;
  let db: Db;
  let organizationId: string;
  let eventId: string;
  const ids: Record<string, string> = {};
  beforeAll(async () => {
    database = await createTestDatabase();
    // As the services have it.
    db = openDb({
      url: database.url,
      max: 1,
      applicationName: 'test',
      steadyPlans: true,
      queryTimeoutMs: 20_000,
    });
    organizationId = (await givenOrganization(db)).id;
    eventId = await givenEvent(db, organizationId);
    await givenEnrollments(db, organizationId, eventId, MANY);
    await db.query(
      `insert into attendance.events (event_id, organization_id, name, time_zone, starts_at, ends_at, requirement_type)
       select gen_random_uuid(), $1, 'Many', 'Europe/Berlin', now() - interval '2 days', now() - interval '1 day', 'any_day'
       from generate_series(1, $2)`,
      [organizationId, MANY],
    );
    await db.query(
      `insert into attendance.closure_runs
         (event_id, run_id, organization_id, trigger, status, epoch, started_at, finished_at)
       select event_id, gen_random_uuid(), $1, 'schedule', 'succeeded', 1, now(), now()
       from attendance.events where organization_id = $1`,
      [organizationId],
    );
    for (const [table, columns] of [
      ['scans', ''],
      ['reused_scans', ', reused_scan_id'],
    ] as const) {
      await db.query(
        `insert into attendance.${table} (event_id, scan_id, access_code, refusal, answer_status, answer_body, scanned_at,
           recorded_at, direction, device_id, cause${columns})
         select $1, gen_random_uuid(), 'CODE', 'unknown_code', 404, '{}', now(), now() + n * interval '1 second', 'entry',
           $2, 'test'${columns && ', gen_random_uuid()'}
         from generate_series(1, $3) n`,
        [eventId, newId(), MANY],
      );
    }
    await db.query('analyze');
    const middle = async (table: string, column: string, order = column) => {
      const [row] = await db.query<{ id: string }>(
        `select ${column} as id from attendance.${table} order by ${order} offset ${MANY / 2} limit 1`,
      );
      ids[table] = row?.id ?? '';
    };
    await middle('participants', 'participant_id');
    await middle('closure_runs', 'run_id');
    await middle('events', 'event_id');
    await middle('scans', 'scan_id', 'recorded_at');
    await middle('reused_scans', 'reused_scan_id', 'recorded_at');
  });
  afterAll(async () => {
    await db?.[Symbol.asyncDispose]();
    await database?.drop();
  });

  const all = () => ({ organizationId, eventIds: null });
  const refused = { refusal: null, deviceId: null, station: null, limit: LIMIT };
  const pages: Record<string, (db: Queryable) => Promise<unknown[]>> = {
    'the first of refused scans': (on) => listRefusedScans(on, { eventId, ...refused, after: null }),
    'a later one of refused scans': (on) =>
      listRefusedScans(on, { eventId, ...refused, after: ['scans', ids.scans ?? ''] }),
    'a later one of refused scans, after one that was reused': (on) =>
      listRefusedScans(on, { eventId, ...refused, after: ['reused_scans', ids.reused_scans ?? ''] }),
    'the first of participants': (on) =>
      listParticipants(on, all(), { search: null, after: null, limit: LIMIT }),
    'a later one of participants': (on) =>
      listParticipants(on, all(), { search: null, after: ids.participants ?? '', limit: LIMIT }),
    'the first of closure runs': (on) =>
      listRunsOf(on, { ...all(), status: null }, { after: null, limit: LIMIT }),
    'a later one of closure runs': (on) =>
      listRunsOf(on, { ...all(), status: null }, { after: ids.closure_runs ?? '', limit: LIMIT }),
    'a later one of closures': (on) =>
      listClosureStates(on, { ...all(), state: null }, { after: ids.events ?? '', limit: LIMIT }),
  };

  it.each(Object.keys(pages))('reads little more than itself: %s', async (which) => {
    const page = pages[which];
    expect(await page?.(db)).toHaveLength(LIMIT);
    const read = await countRowsRead(db, async (explaining) => await page?.(explaining));
    expect(read).toBeGreaterThanOrEqual(LIMIT);
    expect(read).toBeLessThan(12 * LIMIT);
  });
});
