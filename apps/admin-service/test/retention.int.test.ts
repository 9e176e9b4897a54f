import { newId } from '@turnout/runtime/ids';
import { createLogger } from '@turnout/runtime/logger';
import type { Db } from '@turnout/runtime/postgres';
import { givenEnrollments, givenEvent, givenOrganization } from '@turnout/test-kit/given';
import { openTestDb } from '@turnout/test-kit/open-test-db';
import { createTestDatabase, type TestDatabase } from '@turnout/test-kit/test-database';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openRetentionDb } from '../src/retention/open-retention-db.ts';
import { runRetention } from '../src/retention/run-retention.ts';

const DAY = 24 * 3_600_000;
const daysAgo = (days: number) => new Date(Date.now() - days * DAY);
const logger = createLogger({ name: 'test', level: 'silent' });
const config = { unknownCodesDays: 90, publishedDays: 400 };

let database: TestDatabase;
let owner: Db;
let db: Db;
let organizationId: string;
beforeAll(async () => {
  database = await createTestDatabase();
  owner = openTestDb(database.url, 3);
  db = openRetentionDb({ database: { url: database.urlFor('admin'), max: 1 } }, 'test');
});
beforeEach(async () => {
  await owner.query('delete from access.settings');
  ({ id: organizationId } = await givenOrganization(owner));
});
afterAll(async () => {
  await db[Symbol.asyncDispose]();
  await owner[Symbol.asyncDispose]();
  await database[Symbol.asyncDispose]();
});

const run = async (options: { dryRun?: boolean; stopping?: AbortSignal } = {}) =>
  await runRetention({
    db,
    config,
    dryRun: false,
    stopping: new AbortController().signal,
    logger,
    ...options,
  });

async function keepFor(days: number): Promise<void> {
  await owner.query('insert into access.settings (organization_id, retention_days) values ($1, $2)', [
    organizationId,
    days,
  ]);
}

/** People of an event that ended so many days ago, who came to us before it; decided unless said otherwise. */
async function givenPeople(ended: number, { count = 1, status = 'no_show' } = {}): Promise<string[]> {
  const eventId = await givenEvent(owner, organizationId, {
    starts_at: daysAgo(ended + 2),
    ends_at: daysAgo(ended),
  });
  const people = await givenEnrollments(owner, organizationId, eventId, count);
  const ids = people.map(({ id }) => id);
  await owner.query(
    `update attendance.enrollments set status = $2, verdict_by = case when $2::text = 'no_show' then 'rule' end
     where enrollment_id = any($1)`,
    [ids, status],
  );
  const rows = await owner.query<{ participant_id: string }>(
    `update attendance.participants set created_at = $2
     where participant_id in (select participant_id from attendance.enrollments where enrollment_id = any($1))
     returning participant_id`,
    [ids, daysAgo(ended + 3)],
  );
  return rows.map(({ participant_id }) => participant_id);
}

async function alsoIn(participantId: string | undefined, ended: number, status = 'no_show'): Promise<void> {
  const eventId = await givenEvent(owner, organizationId, {
    starts_at: daysAgo(ended + 2),
    ends_at: daysAgo(ended),
  });
  await owner.query(
    `insert into attendance.enrollments
       (event_id, enrollment_id, organization_id, participant_id, status, verdict_by, access_code)
     values ($1, $2::uuid, $3, $4, $5, case when $5::text = 'no_show' then 'rule' end, $2::uuid::text)`,
    [eventId, newId(), organizationId, participantId, status],
  );
}

async function erased(): Promise<string[]> {
  const rows = await owner.query<{ participant_id: string }>(
    'select participant_id from attendance.participants where organization_id = $1 and erased_at is not null',
    [organizationId],
  );
  return rows.map(({ participant_id }) => participant_id);
}

describe('people are kept as long as their organization says', () => {
  it('for ever where it says nothing', async () => {
    await givenPeople(3_000);
    expect(await run()).toMatchObject({ finished: true, people: 0 });
    expect(await erased()).toEqual([]);
  });

  it('and erased when their last event ended longer ago and nobody has still to decide about them', async () => {
    await keepFor(30);
    const [old] = await givenPeople(31);
    await givenPeople(29);
    await givenPeople(31, { status: 'confirmed' });
    const [again] = await givenPeople(100);
    await alsoIn(again, 10);
    const [awaited] = await givenPeople(100);
    await alsoIn(awaited, -5, 'confirmed');
    const [longAgo] = await givenPeople(300);
    await alsoIn(longAgo, 200);

    expect(await run({ dryRun: true })).toMatchObject({ people: 2 });
    expect(await erased()).toEqual([]);
    expect(await run()).toMatchObject({ finished: true, people: 2 });
    expect((await erased()).toSorted()).toEqual([old, longAgo].toSorted());
    expect(await run()).toMatchObject({ people: 0 });

    const actions = await owner.query(
      `select action, actor, reason, details from access.actions where organization_id = $1`,
      [organizationId],
    );
    const action = {
      action: 'participant.erased',
      actor: { type: 'system', id: 'retention' },
      reason: 'retention',
      details: { retentionDays: 30 },
    };
    expect(actions).toEqual([action, action]);
  });

  it('also thousands of them, by two instances at once, each person once', async () => {
    await keepFor(30);
    const people = await givenPeople(31, { count: 2_500 });
    await using other = openRetentionDb({ database: { url: database.urlFor('admin'), max: 1 } }, 'other');
    const stopping = new AbortController().signal;
    await Promise.all([run(), runRetention({ db: other, config, dryRun: false, stopping, logger })]);
    await run();
    expect((await erased()).length).toBe(people.length);
    const [row] = await owner.query(
      `select count(*)::int as actions, count(distinct subject_id)::int as people
       from access.actions where organization_id = $1`,
      [organizationId],
    );
    expect(row).toEqual({ actions: people.length, people: people.length });
  });

  it('where a stopped run left the rest, the next goes on', async () => {
    await keepFor(30);
    await givenPeople(31);
    const stopping = new AbortController();
    stopping.abort();
    expect(await run({ stopping: stopping.signal })).toMatchObject({ finished: false, people: 0 });
    expect(await run()).toMatchObject({ finished: true, people: 1 });
  });

  it('what an erasure had to leave is cleared once the verdict is given', async () => {
    const [participantId] = await givenPeople(1, { status: 'confirmed' });
    await owner.query(
      `update attendance.participants set name = '(erased)', email = '', erased_at = now() where participant_id = $1`,
      [participantId],
    );
    const codeAndEnd = async () => {
      const [row] = await owner.query<{ code: string; finished: boolean }>(
        `select e.access_code as code, p.erasure_finished_at is not null as finished
         from attendance.enrollments e join attendance.participants p using (organization_id, participant_id)
         where participant_id = $1`,
        [participantId],
      );
      return row;
    };
    expect(await run()).toMatchObject({ erasuresResumed: 1 });
    expect(await codeAndEnd()).toMatchObject({ code: expect.stringMatching(/^CODE/), finished: false });
    await owner.query(
      `update attendance.enrollments set status = 'no_show', verdict_by = 'rule' where participant_id = $1`,
      [participantId],
    );
    expect(await run()).toMatchObject({ erasuresResumed: 1 });
    expect(await codeAndEnd()).toMatchObject({ code: expect.stringMatching(/^\(erased\) /), finished: true });
    expect(await run()).toMatchObject({ erasuresResumed: 0 });
  });
});

describe('of what runs the system', () => {
  it('what scanners read that was no ticket is unreadable after its time, and not before', async () => {
    const eventId = await givenEvent(owner, organizationId);
    for (const [code, days] of [
      ['https://example.org/me', 91],
      ['yesterday', 1],
    ] as const) {
      await owner.query(
        `insert into attendance.scans (event_id, scan_id, access_code, refusal, answer_status, answer_body,
           scanned_at, recorded_at, direction, device_id, cause)
         values ($1, $2, $3, 'unknown_code', 404, '{}', $4, $4, 'entry', $2, 'test')`,
        [eventId, newId(), code, daysAgo(days)],
      );
    }
    expect(await run()).toMatchObject({ unknownCodes: 1 });
    const rows = await owner.query<{ code: string }>(
      'select access_code as code from attendance.scans where event_id = $1 order by recorded_at',
      [eventId],
    );
    expect(rows).toEqual([
      { code: expect.stringMatching(/^\(erased\) [0-9a-f]{64}$/) },
      { code: 'yesterday' },
    ]);
  });

  it('ids of what was published are forgotten after their time, which is noted, and never young ones', async () => {
    await owner.query(
      `insert into outbox.published (partition, published_at, message_ids)
       select partition, published_at, array[gen_random_uuid()]
       from generate_series(0, 15) as partition, unnest($1::timestamptz[]) as published_at`,
      [[daysAgo(402), daysAgo(401), daysAgo(399)]],
    );
    expect(await run()).toMatchObject({ published: 32 });
    expect(await owner.query('select 1 from outbox.published')).toHaveLength(16);
    const [forgotten] = await owner.query<{ before: Date }>('select before from outbox.forgotten');
    expect(Math.abs((forgotten?.before.getTime() ?? 0) - daysAgo(400).getTime())).toBeLessThan(DAY);
    await expect(db.query(`select outbox.forget(now() - interval '29 days', 10)`)).rejects.toThrow(
      /remembered for 30 days/,
    );
    await expect(db.query('delete from outbox.published')).rejects.toThrow(/permission denied/);
  });
});
