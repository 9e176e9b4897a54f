import { givenEnrollments, givenEvent } from '@turnout/test-kit/given';
import { requiredVariable } from '@turnout/test-kit/required-variable';
import { startProxy } from '@turnout/test-kit/start-proxy';
import { createTestVhost, type TestVhost } from '@turnout/test-kit/test-vhost';
import { waitUntil } from '@turnout/test-kit/wait-until';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startClosureService } from '../src/service.ts';
import { type ClosingKit, openClosingKit, runs, verdictsPerEnrollment } from './closing-kit.ts';
import { serviceConfig, serviceEnvironment } from './service-config.ts';
import { spawnClosure } from './spawn-closure.ts';

const PEOPLE = 1_000;

describe('a closure service that stops in the middle of an event', () => {
  const opened = new AsyncDisposableStack();
  let kit: ClosingKit;
  let vhost: TestVhost;

  beforeAll(async () => {
    kit = opened.use(await openClosingKit());
    vhost = opened.use(await createTestVhost());
  });
  afterAll(async () => {
    await opened.disposeAsync();
  });

  it.each(['schedule', 'request'])(
    'ends the run of a %s after its batch, and the next start finishes',
    async (trigger) => {
      const ends_at = new Date(Date.now() + (trigger === 'request' ? -1 : 0));
      const grace = { closure_grace_minutes: trigger === 'request' ? 60 : 0 };
      const eventId = await givenEvent(kit.db, kit.organization.id, { ends_at, ...grace });
      await givenEnrollments(kit.db, kit.organization.id, eventId, PEOPLE);
      const decided = async () =>
        (await verdictsPerEnrollment(kit.db, eventId)).filter((count) => count > 0).length;

      const first = await startClosureService(serviceConfig({ kit, amqpUrl: vhost.amqpUrl, batchSize: 1 }));
      if (trigger === 'request') {
        const answer = await fetch(`${first.url}/v1/events/${eventId}/closure-runs`, {
          method: 'POST',
          headers: { authorization: `Bearer ${kit.organization.tokens.admin}` },
        });
        expect(answer.status).toBe(202);
      }
      await waitUntil(async () => (await decided()) > 3);
      await first[Symbol.asyncDispose]();

      expect(await decided()).toBeLessThan(PEOPLE);
      expect(await runs(kit.db, eventId)).toMatchObject([
        {
          trigger,
          status: 'failed',
          error: expect.stringContaining('the service was stopped'),
          no_show: await decided(),
        },
      ]);

      await kit.db.query('update attendance.events set closure_grace_minutes = 0');
      const next = await startClosureService(serviceConfig({ kit, amqpUrl: vhost.amqpUrl }));
      await waitUntil(async () => (await runs(kit.db, eventId)).at(-1)?.status === 'succeeded');
      await next[Symbol.asyncDispose]();
      expect(await verdictsPerEnrollment(kit.db, eventId)).toEqual(Array(PEOPLE).fill(1));
    },
  );

  it('told to by SIGTERM hands back the lock, so that another service goes on at once, and exits 0', async () => {
    // Nobody could wait for the end of such a lock.
    const config = serviceConfig({ kit, amqpUrl: vhost.amqpUrl, batchSize: 2, lockTtlMs: 600_000 });
    await using one = spawnClosure('main.ts', serviceEnvironment(config));
    await using other = spawnClosure('main.ts', serviceEnvironment(config));
    const bothSaid = (text: string) => [one, other].every(({ stdout }) => stdout().includes(text));
    await waitUntil(() => bothSaid('"msg":"ready"'));
    const eventId = await givenEvent(kit.db, kit.organization.id);
    await givenEnrollments(kit.db, kit.organization.id, eventId, PEOPLE);
    const decided = async () =>
      (await verdictsPerEnrollment(kit.db, eventId)).filter((count) => count > 0).length;
    await waitUntil(async () => (await decided()) > 3);

    const [first, second] = one.stdout().includes('closing an event') ? [one, other] : [other, one];
    first.process.kill('SIGTERM');
    expect(await first.exited).toBe(0);
    expect(await decided()).toBeLessThan(PEOPLE);
    await waitUntil(async () => (await runs(kit.db, eventId)).at(-1)?.status === 'succeeded');
    second.process.kill('SIGTERM');
    expect(await second.exited).toBe(0);
    expect(await verdictsPerEnrollment(kit.db, eventId)).toEqual(Array(PEOPLE).fill(1));
    const said = `${first.stdout()}${second.stdout()}`;
    expect(said).not.toContain('did not stop in time');
  });

  it.concurrent.each([['PostgreSQL'], ['RabbitMQ'], ['Redis']] as const)(
    'exits 0 while %s stands still, and keeps no lock that it can hand back',
    async (name) => {
      const redisUrl = requiredVariable('TEST_REDIS_URL');
      await using postgres = await startProxy(kit.database.urlFor('closure'));
      await using rabbitmq = await startProxy(vhost.amqpUrl);
      await using redis = await startProxy(redisUrl);
      const servers = { PostgreSQL: postgres, RabbitMQ: rabbitmq, Redis: redis };
      const config = serviceConfig({
        kit,
        amqpUrl: rabbitmq.url,
        redisUrls: [redis.url],
        database: { url: postgres.url, max: 6 },
        schedule: '0 0 1 1 *',
        batchSize: 1,
        lockTtlMs: 600_000,
      });
      await using service = spawnClosure('main.ts', serviceEnvironment(config));
      const url = await waitUntil(() => /"url":"([^"]+)"/.exec(service.stdout())?.[1]);
      const eventId = await givenEvent(kit.db, kit.organization.id, { closure_grace_minutes: 100_000 });
      await givenEnrollments(kit.db, kit.organization.id, eventId, PEOPLE);
      const answer = await fetch(`${url}/v1/events/${eventId}/closure-runs`, {
        method: 'POST',
        headers: { authorization: `Bearer ${kit.organization.tokens.admin}` },
      });
      expect(answer.status).toBe(202);
      const decided = async () =>
        (await verdictsPerEnrollment(kit.db, eventId)).filter((count) => count > 0).length;
      await waitUntil(async () => (await decided()) > 3);

      servers[name].blackhole();
      service.process.kill('SIGTERM');
      expect(await service.exited).toBe(0);
      expect(await decided()).toBeLessThan(PEOPLE);
      const client = new Redis(redisUrl);
      const kept = await client.exists(`turnout:closure:${eventId}`);
      client.disconnect();
      expect(kept).toBe(name === 'Redis' ? 1 : 0);
    },
  );
});
