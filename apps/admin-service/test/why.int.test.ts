import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { why } from '@turnout/contracts/http/why';
import { newId } from '@turnout/runtime/ids';
import { givenOrganization, givenToken } from '@turnout/test-kit/given';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type AdminUnderTest, startAdminUnderTest } from './admin-under-test.ts';
import { nobody } from './examples.ts';
import {
  givenCheckIn,
  givenClosure,
  givenEnrollment,
  givenEvent,
  givenOrder,
  givenProduct,
} from './given.ts';

let service: AdminUnderTest;
let eventId: string;
let ada: string;
let bob: string;
beforeAll(async () => {
  service = await startAdminUnderTest();
  eventId = await givenEvent(service);
  ada = await givenEnrollment(service, eventId, { name: 'Ada Lovelace', email: 'ada@example.org' });
  bob = await givenEnrollment(service, eventId);
  const deviceId = tokenIdOf(service.organization.tokens.front_desk);
  const { owner } = service;
  await owner.query(
    `insert into attendance.scans (event_id, scan_id, enrollment_id, access_code, refusal, answer_status, answer_body,
       scanned_at, recorded_at, station, direction, device_id, cause)
     values ($1, $2, $3, 'SECRET-CODE', 'order_unpaid', 409, '{}', clock_timestamp() - interval '1 hour', clock_timestamp(),
       'Door A', 'entry', $4, 'scan-request')`,
    [eventId, newId(), ada, deviceId],
  );
  const productId = await givenProduct(service, eventId);
  const [lineItem] = await givenOrder(service, { eventId, enrollmentId: ada }, [{ productId, quantity: 2 }]);
  await owner.query(
    `insert into attendance.redemptions (event_id, redemption_id, enrollment_id, line_item_id, scan_id, device_id, recorded_at)
     values ($1, $2, $3, $4, $5, $6, clock_timestamp())`,
    [eventId, newId(), ada, lineItem?.lineItemId, newId(), deviceId],
  );
  await givenCheckIn(service, { eventId, enrollmentId: ada, scannedAt: '2026-05-01T09:02:11+02:00' });
  await givenClosure(service, eventId, [ada, bob]);
  await service.admin.post(`/v1/events/${eventId}/enrollments/${bob}/overrides`, {
    to: 'attended',
    reason: 'was at the back door',
  });
  await owner.query(
    `with received as (
       insert into notifier.inbox (message_id, type, organization_id, event_id, subject_id)
       values ($1, 'turnout.participant.attended.v1', $2, $3, $4) returning message_id
     )
     insert into notifier.deliveries (delivery_id, message_id, organization_id, event_id, enrollment_id, channel, template,
       status, attempts, last_error)
     select $5, message_id, $2, $3, $4, 'email', 'you-attended', 'failed', 3, '550 bob@example.org unknown' from received`,
    [newId(), service.organization.id, eventId, bob, newId()],
  );
});
afterAll(() => service[Symbol.asyncDispose]());

const tokenIdOf = (token: string) => {
  const [, id = ''] = token.split('_');
  return id.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
};

const tell = async (enrollmentId: string, client = service.admin) => {
  const { status, body } = await client.get(`/v1/enrollments/${enrollmentId}/why`);
  expect(status).toBe(200);
  return why.parse(body);
};

it('tells all that happened to somebody who was refused, came in, had lunch, and attended', async () => {
  const told = await tell(ada);
  expect(told).toMatchObject({ enrollmentId: ada, eventId, truncated: false });
  expect(told.entries.map(({ kind }) => kind)).toEqual([
    'transition',
    'refusal',
    'action',
    'redemption',
    'check_in',
    'transition',
    'message',
    'transition',
    'message',
  ]);
  const sentences = told.entries.map(({ sentence }) => sentence.replace(/^.*?\d\d:\d\d:\d\d: /, ''));
  expect(sentences[0]).toBe('Enrolled by “test admin”.');
  expect(sentences[1]).toMatch(
    /^A scan at “Door A” by “test front_desk” was refused: the order is not paid\. The device scanned it on /,
  );
  expect(sentences[2]).toBe('The order was marked paid by “test admin”.');
  expect(sentences[3]).toBe('Was handed out “Lunch” at an unnamed station by “test front_desk”.');
  expect(sentences[4]).toMatch(
    /^Scanned in at “Door A” by a device that no longer exists\. It counts for 2026-05-01\./,
  );
  expect(sentences.slice(5)).toEqual([
    'Became checked in by the first check-in.',
    'The message to other systems about becoming checked in is waiting to be published.',
    expect.stringMatching(/^Judged as .*Present on 2026-05-01; .* required\.$/),
    expect.stringContaining('is waiting to be published'),
  ]);
});

it('says what the rule says, with the days', async () => {
  const { body: story } = await service.admin.get(`/v1/events/${eventId}/enrollments/${ada}`);
  expect((await tell(ada)).evaluation).toEqual(story.evaluation);
});

it('tells of a correction, in the words of who made it, and of a mail that could not be delivered', async () => {
  const sentences = (await tell(bob)).entries.map(({ sentence }) => sentence).join('\n');
  expect(sentences).toContain('Judged as a no-show. Present on no day; ');
  expect(sentences).toContain('Set to attended by “test admin”. Reason: “was at the back door”.');
  expect(sentences).toContain(
    'A mail about “participant.attended” could not be delivered, after 3 attempts.',
  );
});

it('names nobody, no address and no code', async () => {
  for (const enrollmentId of [ada, bob]) {
    const told = JSON.stringify(await tell(enrollmentId));
    for (const secret of ['Lovelace', 'example.org', 'SECRET-CODE']) expect(told).not.toContain(secret);
  }
});

it('has times as it is where the event runs', async () => {
  const [entry] = (await tell(ada)).entries;
  const local = new Intl.DateTimeFormat('en-GB', { timeZone: 'Europe/Berlin', timeStyle: 'medium' });
  expect(entry?.sentence).toContain(`, ${local.format(new Date(entry?.at ?? ''))}: `);
});

it('answers what the caller may not see like what does not exist', async () => {
  const stranger = service.as((await givenOrganization(service.owner)).tokens.admin);
  const other = await givenEvent(service);
  const limited = service.as(
    await givenToken(service.owner, service.organization.id, 'auditor', { eventIds: [other] }),
  );
  for (const client of [stranger, limited]) {
    expect((await client.get(`/v1/enrollments/${ada}/why`)).status).toBe(404);
  }
  expect((await service.admin.get(`/v1/enrollments/${nobody}/why`)).status).toBe(404);
  const within = await givenToken(service.owner, service.organization.id, 'auditor', { eventIds: [eventId] });
  expect((await tell(ada, service.as(within))).entries).toHaveLength(9);
});

it('leaves out the oldest where there is more than anybody reads, and says so', async () => {
  const enrollmentId = await givenEnrollment(service, eventId);
  await service.owner.query(
    `insert into attendance.check_ins (event_id, check_in_id, enrollment_id, day, scanned_at, recorded_at, direction, source,
       device_id, scan_id)
     select $1, gen_random_uuid(), $2, '2026-05-01', clock_timestamp(), clock_timestamp(), 'entry', 'scan', gen_random_uuid(),
       gen_random_uuid() from generate_series(1, 600)`,
    [eventId, enrollmentId],
  );
  const { entries, truncated } = await tell(enrollmentId);
  expect(truncated).toBe(true);
  expect(entries).toHaveLength(500);
  expect(entries.every(({ kind }) => kind === 'check_in')).toBe(true);
});

it('is told by the command as well', async () => {
  const run = async (argument: string, databaseUrl = service.databaseUrl) => {
    const program = new URL('../src/why-cli.ts', import.meta.url).pathname;
    const env = { ...process.env, DATABASE_URL: databaseUrl };
    const child = spawn(process.execPath, [program, argument], { env });
    const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
    const [output, errors] = await Promise.all([text(child.stdout), text(child.stderr)]);
    return { output, errors, code: await ended };
  };
  const away = run(bob, 'postgres://turnout@127.0.0.1:1/turnout');
  const [told, missing, wrong] = await Promise.all([run(bob), run(nobody), run('x')]);
  expect(told).toMatchObject({
    code: 0,
    output: expect.stringContaining('Status now: attended. Present on no day'),
  });
  expect([missing.code, wrong.code]).toEqual([1, 2]);
  expect(await away).toMatchObject({
    code: 1,
    errors: expect.stringMatching(/^PostgreSQL can't be used: .*\. Check DATABASE_URL.*\.\n$/),
  });
});
