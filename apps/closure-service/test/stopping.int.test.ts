import { givenEnrollments, givenEvent } from '@turnout/test-kit/given';
import { createTestVhost, type TestVhost } from '@turnout/test-kit/test-vhost';
import { waitUntil } from '@turnout/test-kit/wait-until';
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
      await waitUntil(async () => (await decided()) > 3, { within: 5_000 });
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
      await waitUntil(async () => (await runs(kit.db, eventId)).at(-1)?.status === 'succeeded', {
        within: 5_000,
      });
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
    await waitUntil(() => bothSaid('"msg":"ready"'), { within: 20_000 });
    const eventId = await givenEvent(kit.db, kit.organization.id);
    await givenEnrollments(kit.db, kit.organization.id, eventId, PEOPLE);
    const decided = async () =>
      (await verdictsPerEnrollment(kit.db, eventId)).filter((count) => count > 0).length;
    await waitUntil(async () => (await decided()) > 3, { within: 15_000 });

    const [first, second] = one.stdout().includes('closing an event') ? [one, other] : [other, one];
    first.process.kill('SIGTERM');
    expect(await first.exited).toBe(0);
    expect(await decided()).toBeLessThan(PEOPLE);
    await waitUntil(async () => (await runs(kit.db, eventId)).at(-1)?.status === 'succeeded', {
      within: 15_000,
    });
    second.process.kill('SIGTERM');
    expect(await second.exited).toBe(0);
    expect(await verdictsPerEnrollment(kit.db, eventId)).toEqual(Array(PEOPLE).fill(1));
    const said = `${first.stdout()}${second.stdout()}`;
    expect(said).not.toContain('did not stop in time');
  });
});
