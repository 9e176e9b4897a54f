import { randomBytes, randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { eventsExchange } from '@turnout/contracts/topology';
import { givenEvent } from '@turnout/test-kit/given';
import { waitUntil } from '@turnout/test-kit/wait-until';
import { connect, type Options } from 'amqplib';
import { describe, expect, it } from 'vitest';
import { expectInvariants } from './expect-invariants.ts';
import { startTestStack, type TestStack } from './start-test-stack.ts';
import { startTraceCollector } from './trace-collector.ts';

/** What a person is known by, and words of staff; both with something in them that is found wherever it gets to. */
const person = `zyxperson${randomBytes(6).toString('hex')}`;
const words = `zyxwords${randomBytes(6).toString('hex')}`;
const DAY = 24 * 3_600_000;

const participant = (facts: object = {}) => ({
  name: `Wilhelmina ${person}`,
  email: `wilhelmina.${person}@example.org`,
  externalId: `member-${person}`,
  ...facts,
});

function clientOf({ services, tokens }: TestStack) {
  return async (
    service: keyof typeof services,
    method: string,
    path: string,
    body?: unknown,
    headers = {},
  ) => {
    const response = await fetch(`${services[service].url}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${tokens.admin}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, text, body: text.startsWith('{') ? JSON.parse(text) : null };
  };
}

type Call = ReturnType<typeof clientOf>;

/** The answers of a webhook endpoint quote whatever they can. */
async function startRudeReceiver() {
  const received: string[] = [];
  const server = createServer((request, response) => {
    request.setEncoding('utf8').on('data', (chunk: string) => received.push(chunk));
    request.on('end', () => response.writeHead(500).end(`${person} is unwelcome`));
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    received,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** All that the database holds, table by table. */
async function tables({ db }: TestStack): Promise<Map<string, string>> {
  const names = await db.query<{ name: string }>(
    `select schemaname || '.' || tablename as name from pg_tables
     where schemaname in ('access', 'attendance', 'notifier', 'outbox')`,
  );
  const found = new Map<string, string>();
  for (const { name } of names) {
    const rows = await db.query<{ text: string }>(`select t::text as text from ${name} t`);
    found.set(name, rows.map(({ text }) => text).join('\n'));
  }
  return found;
}

function logs(stack: TestStack): string {
  return readdirSync(stack.logDir)
    .map((file) => readFileSync(join(stack.logDir, file), 'utf8'))
    .join('\n');
}

/** The places, lines or attributes in which one of the planted strings is found. */
function findings(text: string, planted: readonly string[] = [person, words]): string[] {
  return text.split(/\n|(?<=\}),(?=\{)/).filter((line) => {
    const lower = line.toLowerCase();
    return planted.some((mark) => lower.includes(mark) || lower.includes(Buffer.from(mark).toString('hex')));
  });
}

describe('what names a person', () => {
  it('is in no log, trace, message or audit row, whatever is done with it and whatever fails', async () => {
    await using collector = await startTraceCollector();
    await using receiver = await startRudeReceiver();
    await using stack = await startTestStack({
      environment: {
        LOG_LEVEL: 'debug',
        OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
        OTEL_BSP_SCHEDULE_DELAY: '100',
        WEBHOOK_SECRETS_KEY: randomBytes(32).toString('base64'),
        WEBHOOK_NETWORKS: 'any',
      },
    });
    await using spy = await listenToEverything(stack.amqpUrl);
    const call = clientOf(stack);
    const eventId = await givenEvent(stack.db, stack.organization.id, {
      starts_at: new Date(Date.now() - 3 * DAY),
      closure_grace_minutes: 100_000,
    });
    const { mailbox, db } = stack;
    await call('notifier', 'POST', '/v1/webhook-endpoints', { url: receiver.url, description: words });

    const enrolled = await call('admin', 'POST', `/v1/events/${eventId}/enrollments`, {
      participant: participant(),
    });
    expect(enrolled.status).toBe(201);
    const { id: enrollmentId, accessCode, participant: known } = enrolled.body;
    await scanAndAnnul(call, eventId, accessCode);
    await sendWhatIsRefused(call, eventId, enrollmentId);
    await makeTheDatabaseFail(stack, call, eventId);
    const unreadable = newTrace();
    await spy.publish(`{ "name": "${person}" `, {
      messageId: person,
      headers: { traceparent: unreadable.header },
    });
    await sayWhoAsks(stack);

    mailbox.refuseNext(1);
    expect((await call('closure', 'POST', `/v1/events/${eventId}/closure-runs`)).status).toBe(202);
    await waitUntil(() => mailbox.messages().length === 1);
    await waitUntil(() => receiver.received.length > 0);
    expect(JSON.stringify(mailbox.messages())).toContain(person);
    const override = `/v1/events/${eventId}/enrollments/${enrollmentId}/overrides`;
    expect((await call('admin', 'POST', override, { to: 'attended', reason: words })).status).toBe(409);
    await waitUntil(async () => (await db.query('select 1 from notifier.dead_letters')).length === 1);

    // Names, and what scanners read, are where they belong; and nowhere else.
    const held = await tables(stack);
    const named = [...held].flatMap(([name, text]) => (findings(text, [person]).length > 0 ? [name] : []));
    expect(named.toSorted()).toEqual([
      'attendance.participants',
      'attendance.scans',
      'notifier.dead_letters', // a stranger's message
    ]);

    const exported = await call('admin', 'GET', `/v1/participants/${known.id}/export`);
    expect(exported.text).toContain(person);
    const erasing = `/v1/participants/${known.id}/erasure`;
    expect((await call('admin', 'POST', erasing, { reason: words })).status).toBe(200);
    const story = await call('admin', 'GET', `/v1/events/${eventId}/enrollments/${enrollmentId}`);
    expect(story.body).toMatchObject({ status: 'attended', participant: { name: '(erased)' } });
    expect(findings(story.text, [person])).toEqual([]);
    const left = await tables(stack);
    expect(findings(left.get('attendance.participants') ?? '', [person])).toEqual([]);

    // A span of the last request says that those before it have arrived.
    const last = newTrace();
    await call('admin', 'GET', '/v1/events', undefined, { traceparent: last.header });
    await waitUntil(() => collector.received().includes(last.id));
    await waitUntil(() => spy.heard.length >= 3);
    expect(collector.received()).toContain('GET /v1/events/:eventId/attendees');
    expect(logs(stack)).toContain('/v1/events/:eventId/attendees');
    for (const message of ['a message cannot be read', 'a message could not be delivered']) {
      const line = logs(stack)
        .split('\n')
        .find((text) => text.includes(message));
      expect(line).toContain(`"trace_id":"${unreadable.id}"`);
    }
    expect(findings(logs(stack))).toEqual([]);
    expect(findings(collector.received())).toEqual([]);
    expect(findings(spy.heard.join('\n'))).toEqual([]);
    await expectInvariants(stack.database.url);
  });
});

function newTrace() {
  const id = randomBytes(16).toString('hex');
  return { id, header: `00-${id}-b7ad6b7169203331-01` };
}

/** What devices, and proxies on the way, write about whoever holds them. */
async function sayWhoAsks({ services }: TestStack): Promise<void> {
  const headers = { host: `${person}.local`, 'user-agent': `iPad of ${person}`, 'x-forwarded-for': person };
  for (const { url } of Object.values(services)) {
    await new Promise<void>((resolve, reject) => {
      const asked = request(`${url}/v1/nothing`, { headers }, (answer) =>
        answer.resume().once('end', resolve),
      );
      asked.once('error', reject).end();
    });
  }
}

async function scanAndAnnul(call: Call, eventId: string, accessCode: string): Promise<void> {
  const scan = async (facts: object) =>
    await call('checkin', 'POST', `/v1/events/${eventId}/check-ins`, { scanId: randomUUID(), ...facts });
  const scannedAt = new Date(Date.now() - 2 * DAY).toISOString();
  const { status, body } = await scan({ accessCode, scannedAt, station: words });
  expect(status, JSON.stringify(body)).toBe(201);
  const annulment = `/v1/events/${eventId}/check-ins/${body.checkIn.id}/annulment`;
  expect((await call('checkin', 'POST', annulment, { reason: words })).status).toBe(200);
  expect((await scan({ accessCode, scannedAt })).status).toBe(201);
  expect((await scan({ accessCode: person, scannedAt })).status).toBe(404);
  expect((await scan({ accessCode })).status).toBe(409);
}

async function sendWhatIsRefused(call: Call, eventId: string, enrollmentId: string): Promise<void> {
  const enrollments = `/v1/events/${eventId}/enrollments`;
  const attendees = `/v1/events/${eventId}/attendees`;
  const other = participant({ externalId: `other-${person}`, email: `o.${person}@example.org` });
  const answers = await Promise.all([
    call('admin', 'POST', enrollments, { participant: participant() }),
    call('admin', 'POST', enrollments, { participant: participant({ email: `not ${person}` }) }),
    call('admin', 'POST', enrollments, { participant: participant({ name: `${person}\u0000` }) }),
    call('admin', 'POST', enrollments, { participant: other, accessCode: `${person} with spaces` }),
    call('admin', 'POST', enrollments, { participant: other, [person]: person }),
    call('admin', 'POST', enrollments, `{ "participant": { "name": "${person}" `),
    call('admin', 'POST', enrollments, `name=${person}`, { 'content-type': 'text/plain' }),
    call('admin', 'GET', `${enrollments}?search=${person}&search=${person}`),
    call('admin', 'GET', `${enrollments}?${person}=${person}`),
    call('admin', 'GET', `/v1/events/${person}`),
    call('admin', 'GET', `/v1/${person}`),
    call('admin', 'GET', `/v1/${person}%`),
    call('admin', 'PUT', `/v1/participants/${person}/export`, {}),
    call('admin', 'GET', '/v1/events', undefined, { authorization: `Bearer ${person}` }),
    call('admin', 'POST', `${enrollments}/${enrollmentId}/cancellation`, { reason: words.repeat(100) }),
    call('checkin', 'GET', `${attendees}/${person}`),
    call('checkin', 'GET', `${attendees}?search=${person}&limit=${person}`),
    call('checkin', 'POST', `/v1/events/${eventId}/check-ins`, { scanId: person, accessCode: person }),
    call('checkin', 'POST', `/v1/events/${eventId}/check-ins/batch`, {
      scans: [{ accessCode: person }, person],
    }),
    call('notifier', 'GET', `/v1/deliveries?enrollmentId=${person}`),
    call('notifier', 'PUT', '/v1/alert-address', { email: `${person}@` }),
    call('closure', 'POST', `/v1/events/${person}/closure-runs`),
  ]);
  expect(answers.filter(({ status }) => status >= 500)).toEqual([]);
  for (const search of [
    await call('admin', 'GET', `${enrollments}?search=${person}`),
    await call('checkin', 'GET', `${attendees}?search=${person}`),
  ]) {
    expect(search.body.items).toHaveLength(1);
  }
}

/** Faults in which PostgreSQL quotes what was sent. */
async function makeTheDatabaseFail(stack: TestStack, call: Call, eventId: string): Promise<void> {
  const { db } = stack;
  const enrollments = `/v1/events/${eventId}/enrollments`;
  const enroll = async (externalId: string, email: string) =>
    await call('admin', 'POST', enrollments, { participant: participant({ externalId, email }) });

  await db.query('create unique index one_of_each_name on attendance.participants (organization_id, name)');
  expect((await enroll(`twice-${person}`, `twice.${person}@example.org`)).status).toBe(500);
  await db.query('drop index attendance.one_of_each_name');

  await db.query(`create function attendance.fail() returns trigger language plpgsql as
    $$ begin perform new.name::uuid; return new; end $$`);
  await db.query(
    'create trigger fails before insert on attendance.participants for each row execute function attendance.fail()',
  );
  expect((await enroll(`cast-${person}`, `cast.${person}@example.org`)).status).toBe(500);
  await db.query('drop trigger fails on attendance.participants');

  await db.transaction(async (tx) => {
    await tx.query('lock table attendance.participants in access exclusive mode');
    const answers = await Promise.all([
      call('admin', 'GET', `${enrollments}?search=${person}`),
      call('checkin', 'GET', `/v1/events/${eventId}/attendees?search=${person}`),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([503, 503]);
  });
}

/** Every message of the broker, also those that no queue wants, with its properties. */
async function listenToEverything(amqpUrl: string) {
  const connection = await connect(amqpUrl, { timeout: 10_000 });
  const channel = await connection.createConfirmChannel();
  const { queue } = await channel.assertQueue('', { exclusive: true });
  await channel.bindQueue(queue, eventsExchange, '#');
  const heard: string[] = [];
  await channel.consume(
    queue,
    (message) => {
      // Not what this test has published.
      if (message && message.fields.routingKey !== 'turnout.test')
        heard.push(`${message.content.toString()} ${JSON.stringify([message.properties, message.fields])}`);
    },
    { noAck: true },
  );
  return {
    heard,
    async publish(body: string, properties: Options.Publish) {
      channel.publish(eventsExchange, 'turnout.test', Buffer.from(body), properties);
      await channel.waitForConfirms();
    },
    [Symbol.asyncDispose]: async () => await connection.close(),
  };
}
