import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { waitUntil } from '@turnout/test-kit/wait-until';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { toJson } from '../src/reports/to-json.ts';
import { type AdminUnderTest, startAdminUnderTest } from './admin-under-test.ts';
import { csvRows, download, xlsxSheets } from './download.ts';
import { givenEnrollment, givenEvent } from './given.ts';

const PEOPLE = 20_000;

let service: AdminUnderTest;
let crowded: string;
/** Its rows name each of a year's days that people have missed: four kilobytes each. */
let long: string;
beforeAll(async () => {
  service = await startAdminUnderTest();
  crowded = await givenEvent(service);
  await givenCrowd(crowded, PEOPLE);
  long = await givenEvent(service, {
    startsAt: '2025-01-01T00:00:00Z',
    endsAt: '2025-12-31T22:00:00Z',
  });
  await givenCrowd(long, 10_000);
});
const sockets = new Set<Socket>();
afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  sockets.clear();
  await waitUntil(async () => (await reading()).length === 0);
});
afterAll(() => service[Symbol.asyncDispose]());

/** People who are enrolled, in portions that a statement may take; every other one came on the first day. */
async function givenCrowd(eventId: string, count: number): Promise<void> {
  for (let from = 1; from <= count; from += 2_000) {
    const portion = [eventId, service.organization.id, from, Math.min(count, from + 1_999)];
    await service.owner.query(
      `with people as (
         insert into attendance.participants (organization_id, participant_id, name, email)
         select $2, md5($1::uuid::text || n)::uuid, 'Person ' || n, n || '@' || $1::uuid::text || '.example'
         from generate_series($3::int, $4::int) n
         returning participant_id
       )
       insert into attendance.enrollments (event_id, enrollment_id, organization_id, participant_id, status, access_code)
       select $1, participant_id, $2, participant_id, 'confirmed', 'CODE' || participant_id from people`,
      portion,
    );
    await service.owner.query(
      `insert into attendance.check_ins
         (event_id, check_in_id, enrollment_id, day, scanned_at, recorded_at, direction, source, device_id, scan_id)
       select event_id, id, id, (starts_at at time zone time_zone)::date, starts_at, starts_at, 'entry', 'scan', event_id, id
       from attendance.events, generate_series($2::int, $3::int, 2) n, lateral (select md5($1::uuid::text || n)::uuid as id) p
       where event_id = $1`,
      [eventId, from, portion[3]],
    );
  }
}

/** What the connections of reports are doing: `active`, or `idle in transaction` while they wait for a reader. */
const reading = () =>
  service.owner.query<{ pid: number; state: string; state_change: Date }>(
    `select pid, state, state_change from pg_stat_activity
     where datname = current_database() and application_name = 'admin-service reports' and state <> 'idle'`,
  );

const actions = (eventId: string) =>
  service.owner.query<{ action: string; details: Record<string, unknown> }>(
    `select action, details from access.actions
     where event_id = $1 and action <> 'event.created' order by action_id`,
    [eventId],
  );

/** A client that asks for a report and reads nothing until it is told to. */
async function slowReader(path: string) {
  const socket = connect(Number(new URL(service.url).port), '127.0.0.1');
  sockets.add(socket);
  let error: Error | undefined;
  socket.on('error', (failure) => {
    error = failure;
  });
  socket.pause();
  await once(socket, 'connect');
  const token = service.organization.tokens.admin;
  socket.write(
    `GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer ${token}\r\n\r\n`,
  );
  return {
    socket,
    /** Everything up to the end of the connection, and whether that was an error. */
    async readAll() {
      const chunks: Buffer[] = [];
      socket.on('data', (chunk: Buffer) => chunks.push(chunk));
      const closed = new Promise((resolve) => socket.once('close', resolve));
      socket.resume();
      await closed;
      return { text: Buffer.concat(chunks).toString(), error };
    },
  };
}

/** Waits until a report waits for its reader: two looks find the same statement answered. */
async function untilHeld() {
  let before = -1;
  return await waitUntil(
    async () => {
      const [one, ...others] = await reading();
      const at =
        one?.state === 'idle in transaction' && others.length === 0 ? one.state_change.getTime() : -1;
      const held = at === before && at !== -1;
      before = at;
      return held && one;
    },
    { every: 300 },
  );
}

describe('a report of 20,000 people', () => {
  it('has each of them once, in every format', async () => {
    const path = `/v1/events/${crowded}/report`;
    const { body } = await service.admin.get(path);
    const ids = body.items.map(({ enrollmentId }: { enrollmentId: string }) => enrollmentId);
    expect([body.rows, new Set(ids).size]).toEqual([PEOPLE, PEOPLE]);
    expect(ids).toEqual(ids.toSorted());
    const csv = csvRows(await download(service, `${path}?format=csv&arrived=yes`));
    expect(csv).toHaveLength(PEOPLE / 2);
    const [sheet = []] = await xlsxSheets(await download(service, `${path}?format=xlsx`));
    expect(sheet.map((row) => row['Enrollment id'])).toEqual(ids);
    expect(sheet.filter((row) => row['2026-05-01'] === 'yes')).toHaveLength(PEOPLE / 2);
  });
});

describe('a report that leaves out nearly everybody', () => {
  it('begins before it has found somebody: the deadline is for the beginning', async () => {
    const pages = Promise.withResolvers<void>();
    async function* searched() {
      yield [];
      await pages.promise;
      yield [{ enrollmentId: 'found' }];
    }
    const json = toJson({ asOf: 'now' }, searched());
    const { value: begun } = await json.next();
    expect(begun).toBe('{"asOf":"now","items":[');
    pages.resolve();
    let whole = String(begun);
    for await (const piece of json) whole += piece;
    expect(JSON.parse(whole)).toEqual({ asOf: 'now', items: [{ enrollmentId: 'found' }], rows: 1 });
  });
});

describe('whoever reads a report slowly', () => {
  it('holds up its reading in the database, and gets it all as of its beginning', async () => {
    const reader = await slowReader(`/v1/events/${long}/report`);
    await untilHeld();
    const late = await givenEnrollment(service, long);
    const [last] = await service.owner.query<{ id: string }>(
      `update attendance.enrollments set status = 'cancelled', cancelled_at = now() where event_id = $1 and enrollment_id = (
         select max(enrollment_id::text)::uuid from attendance.enrollments where event_id = $1
       )
       returning enrollment_id as id`,
      [long],
    );
    const { text, error } = await reader.readAll();
    expect(error).toBeUndefined();
    expect(text.match(/"status":"confirmed"/g)).toHaveLength(10_000);
    expect(text).toContain(last?.id);
    expect(text).not.toContain(late);
    expect(text).toContain('],"rows":10000}');
    expect(await reading()).toEqual([]);
    expect((await actions(long)).map(({ action, details }) => [action, details])).toEqual([
      ['report.exported', { report: 'attendance', format: 'json', filters: {} }],
      ['report.delivered', { report: 'attendance', format: 'json', rows: 10_000 }],
    ]);
  });

  it('and goes, ends it in the database; the audit shows that it was not delivered', async () => {
    const before = (await actions(long)).length;
    const { socket } = await slowReader(`/v1/events/${long}/report?status=confirmed`);
    await untilHeld();
    socket.destroy();
    await waitUntil(async () => (await reading()).length === 0);
    expect((await actions(long)).slice(before)).toMatchObject([
      {
        action: 'report.exported',
        details: { report: 'attendance', format: 'json', filters: { status: 'confirmed' } },
      },
    ]);
  });

  it('sees a broken transfer when the database goes away in the middle', async () => {
    const reader = await slowReader(`/v1/events/${long}/report`);
    const { pid } = await untilHeld();
    await service.owner.query('select pg_terminate_backend($1)', [pid]);
    const { text, error } = await reader.readAll();
    expect(error).toMatchObject({ code: 'ECONNRESET' });
    expect(text).not.toContain('"rows"');
    expect((await service.admin.get(`/v1/events/${crowded}/report?status=attended`)).body.rows).toBe(0);
  });
});

describe('reports at once', () => {
  it('of one organization take turns, and one that waits too long is refused', async () => {
    const readers = [
      await slowReader(`/v1/events/${long}/report`),
      await slowReader(`/v1/events/${long}/report`),
    ];
    await waitUntil(async () => (await reading()).length === 2);
    const refused = await service.admin.get(`/v1/events/${crowded}/report`);
    expect([refused.status, refused.body.code, refused.headers.get('retry-after')]).toEqual([
      503,
      'unavailable',
      '1',
    ]);
    expect((await service.admin.get(`/v1/events/${crowded}`)).status).toBe(200);
    for (const { socket } of readers) socket.destroy();
    await waitUntil(
      async () => (await service.admin.get(`/v1/events/${crowded}/report?status=attended`)).status === 200,
    );
  });
});

describe('asking about a report', () => {
  it('with HEAD tells what it would be, and hands out nothing', async () => {
    const eventId = await givenEvent(service);
    const { status, headers, text } = await service.admin.send(
      'HEAD',
      `/v1/events/${eventId}/report?format=xlsx`,
    );
    expect([status, text]).toEqual([200, '']);
    expect(headers.get('content-disposition')).toContain('.xlsx');
    expect(await actions(eventId)).toEqual([]);
  });
});
