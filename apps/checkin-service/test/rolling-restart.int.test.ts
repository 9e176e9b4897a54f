import { Agent, request } from 'node:http';
import { setInterval } from 'node:timers/promises';
import { newId } from '@turnout/runtime/ids';
import { givenEnrollments, givenEvent, givenOrganization } from '@turnout/test-kit/given';
import { openTestDb } from '@turnout/test-kit/open-test-db';
import { requiredVariable } from '@turnout/test-kit/required-variable';
import { type ServiceProcess, startServiceProcess } from '@turnout/test-kit/service-process';
import { createTestDatabase } from '@turnout/test-kit/test-database';
import { createTestVhost } from '@turnout/test-kit/test-vhost';
import { expect, it } from 'vitest';

const HOUR = 3_600_000;
const CLIENTS = 40;
const REQUESTS = 10_000;
/** A device asks again, as `Retry-After` tells it: on a busy machine some are turned away, restart or not. */
const TRIES = 20;
const PROBE_EVERY_MS = 20;

it('two instances replaced one after the other fail none of 10,000 scans of 40 keep-alive clients', async () => {
  await using database = await createTestDatabase();
  await using vhost = await createTestVhost();
  await using db = openTestDb(database.url, 2);
  await using processes = new AsyncDisposableStack();
  const organization = await givenOrganization(db);
  const times = { starts_at: new Date(Date.now() - HOUR), ends_at: new Date(Date.now() + HOUR) };
  const eventId = await givenEvent(db, organization.id, times);
  const people = await givenEnrollments(db, organization.id, eventId, 1_000);
  const start = async () =>
    processes.use(
      await startServiceProcess('checkin-service', {
        DATABASE_URL: database.urlFor('checkin'),
        AMQP_URL: vhost.amqpUrl,
        REDIS_URLS: requiredVariable('TEST_REDIS_URL'),
      }),
    );

  const first = await Promise.all([start(), start()]);
  const instances = new Set<ServiceProcess>(first);
  const inRotation = new Set(instances);
  const over = new AbortController();
  const failures: unknown[] = [];
  let begun = 0;
  let answered = 0;

  /** One device, with a connection of its own to each instance that it keeps as long as it may. */
  async function device(): Promise<void> {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    // As many as are promised, and on until both were replaced.
    for (; begun < REQUESTS || !over.signal.aborted; answered += 1) {
      const person = people[begun % people.length];
      begun += 1;
      const body = JSON.stringify({ scanId: newId(), accessCode: person?.accessCode });
      await scan(agent, body).then(
        (status) => status === 201 || failures.push(status),
        (error: unknown) => failures.push(error),
      );
    }
    agent.destroy();
  }

  /**
   * As balancers do: who asks for the connection to be closed is left alone, and a port that is closed took nothing, so
   * the next is tried. Whatever else goes wrong is a failure.
   */
  async function scan(agent: Agent, body: string, tries = 1): Promise<number | undefined> {
    // On a machine that is too busy to answer probes nobody is in rotation; then everybody is asked.
    const targets = [...(inRotation.size > 0 ? inRotation : instances)];
    const target = targets[begun % targets.length] as ServiceProcess;
    try {
      const url = `${target.url}/v1/events/${eventId}/check-ins`;
      const { status, closes } = await post(agent, url, organization.tokens.front_desk, body);
      if (closes) leave(target);
      // From one that goes on serving: the machine is too busy, which is no matter of restarts.
      else if (status === 503 && tries < TRIES) {
        return await scan(agent, body, tries + 1);
      }
      return status;
    } catch (error) {
      const isClosed = (error as NodeJS.ErrnoException).code === 'ECONNREFUSED';
      if (!isClosed || instances.size === 1) throw error;
      leave(target);
      return await scan(agent, body, tries);
    }
  }

  function leave(instance: ServiceProcess): void {
    instances.delete(instance);
    inRotation.delete(instance);
  }

  // And it asks often who is ready.
  async function balancer(): Promise<void> {
    for await (const _ of setInterval(PROBE_EVERY_MS)) {
      if (over.signal.aborted) return;
      for (const instance of instances) {
        const isReady = await fetch(`${instance.url}/readyz`).then(
          ({ status }) => status === 200,
          () => false,
        );
        if (!instances.has(instance)) continue;
        if (isReady) inRotation.add(instance);
        else inRotation.delete(instance);
      }
    }
  }

  const devices = Promise.all(Array.from({ length: CLIENTS }, device));
  const balancing = balancer();
  for (const old of first) {
    const replacement = await start();
    instances.add(replacement);
    await expect.poll(() => inRotation.has(replacement)).toBe(true);
    const before = answered;
    expect(await old.stop()).toBe(0);
    leave(old);
    expect(answered).toBeGreaterThan(before);
  }
  over.abort();
  await Promise.all([devices, balancing]);
  expect(failures).toEqual([]);
  expect(answered).toBeGreaterThanOrEqual(REQUESTS);
  const stored = await db.query<{ count: number }>('select count(*)::int as count from attendance.check_ins');
  expect(stored[0]?.count).toBe(answered);
});

interface Posted {
  status: number | undefined;
  /** The server asks for the connection to be closed. */
  closes: boolean;
}

async function post(agent: Agent, url: string, token: string, body: string): Promise<Posted> {
  const { promise, resolve, reject } = Promise.withResolvers<Posted>();
  const headers = {
    authorization: `Bearer ${token}`,
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
  };
  const sent = request(url, { agent, method: 'POST', headers }, (response) => {
    const { statusCode: status, headers } = response;
    response.resume().on('end', () => resolve({ status, closes: headers.connection === 'close' }));
    response.on('error', reject);
  });
  sent.on('error', reject);
  sent.end(body);
  return await promise;
}
