import { Agent, request } from 'node:http';
import { newId } from '@turnout/runtime/ids';
import {
  type GivenEnrollment,
  type GivenOrganization,
  givenEnrollments,
  givenEvent,
  givenOrganization,
} from '@turnout/test-kit/given';
import { openTestDb } from '@turnout/test-kit/open-test-db';
import { createTestDatabase } from '@turnout/test-kit/test-database';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type ServiceProcess, startServiceProcess } from './model/service-process.ts';

const PEOPLE = 2_000;
/** More than are worked on or wait. */
const SEARCHING = 150;
const SCANNING = 8;
const SCANS = 200;

let organization: GivenOrganization;
let eventId: string;
let people: GivenEnrollment[];
let service: ServiceProcess;
const opened = new AsyncDisposableStack();
beforeAll(async () => {
  const database = opened.use(await createTestDatabase());
  const db = opened.use(openTestDb(database.url, 2));
  organization = await givenOrganization(db);
  eventId = await givenEvent(db, organization.id, { ends_at: new Date(Date.now() + 3_600_000) });
  people = await givenEnrollments(db, organization.id, eventId, PEOPLE);
  await db.query('analyze');
  service = opened.use(
    await startServiceProcess('checkin-service', {
      DATABASE_URL: database.urlFor('checkin'),
      AMQP_URL: 'amqp://127.0.0.1:1',
      LOG_LEVEL: 'info',
    }),
  );
});
afterAll(() => opened.disposeAsync());

interface Heard {
  status: number;
  retryAfter: string | undefined;
}

/** One request on a kept connection. fetch would take more of this process than the service takes to answer. */
function call(agent: Agent, method: string, path: string, body?: object): Promise<Heard> {
  const { promise, resolve, reject } = Promise.withResolvers<Heard>();
  const text = body && JSON.stringify(body);
  const sent = request(`${service.url}/v1/events/${eventId}${path}`, {
    agent,
    method,
    headers: {
      authorization: `Bearer ${organization.tokens.supervisor}`,
      ...(text && { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }),
    },
  });
  sent.on('error', reject);
  sent.on('response', (response) => {
    response.on('error', reject);
    response.on('end', () => {
      const { statusCode: status = 0, headers } = response;
      resolve({ status, retryAfter: headers['retry-after'] });
    });
    response.resume();
  });
  sent.end(text);
  return promise;
}

it('scans are taken while a flood of searches is answered in part, and the rest is told when to come again', async () => {
  const devices = new Agent({ keepAlive: true, maxSockets: SCANNING });
  const browsers = new Agent({ keepAlive: true, maxSockets: SEARCHING });
  const searches: Heard[] = [];
  const scans: Heard[] = [];
  let scanned = 0;
  async function search(): Promise<void> {
    while (scanned < SCANS) {
      const heard = await call(
        browsers,
        'GET',
        `/attendees?search=person%20${searches.length % PEOPLE}&limit=200`,
      );
      searches.push(heard);
    }
  }
  async function scan(): Promise<void> {
    while (scanned < SCANS) {
      const accessCode = people[scanned++]?.accessCode;
      scans.push(await call(devices, 'POST', '/check-ins', { scanId: newId(), accessCode }));
    }
  }
  const flood = Array.from({ length: SEARCHING }, search);
  const turnedAway = () => searches.filter(({ status }) => status === 503);
  await expect.poll(() => turnedAway().length).toBeGreaterThan(0);
  await Promise.all([...Array.from({ length: SCANNING }, scan), ...flood]);

  expect(new Set(scans.map(({ status }) => status))).toEqual(new Set([201]));
  for (const { retryAfter } of turnedAway()) expect(retryAfter).toBe('1');
  const answered = searches.filter(({ status }) => status === 200);
  expect(answered.length).toBeGreaterThan(0);
  expect(answered.length + turnedAway().length).toBe(searches.length);
  devices.destroy();
  browsers.destroy();
});
