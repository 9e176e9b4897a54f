import { openLocks } from '@turnout/runtime/lock';
import { readMetrics } from '@turnout/runtime/metrics';
import { waitUntil } from '@turnout/test-kit/wait-until';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Closure } from '../src/closure.ts';
import { closeEvent } from '../src/commands/close-event.ts';
import { type ClosingKit, messages, openClosingKit, runs, verdictsPerEnrollment } from './closing-kit.ts';
import { givenHalfAttendedEvent, order } from './half-attended.ts';
import { pausingLocks } from './pausing-locks.ts';
import { type RedisNode, redisProgram, startRedisNode } from './redis-nodes.ts';

const PEOPLE = 20;
const logger = { info: () => undefined, warn: () => undefined };

describe.skipIf(redisProgram === null)('two schedulers with a lock over three Redis servers', () => {
  const opened = new AsyncDisposableStack();
  let kit: ClosingKit;
  let nodes: RedisNode[];
  let urls: string[];

  beforeAll(async () => {
    [kit, nodes] = await Promise.all([
      openClosingKit().then((resource) => opened.use(resource)),
      Promise.all([1, 2, 3].map(async () => opened.use(await startRedisNode()))),
    ]);
    urls = nodes.map(({ url }) => url);
  });
  afterAll(() => opened.disposeAsync());

  async function skipped(): Promise<number> {
    const [, count = '0'] = /^turnout_closure_lock_skipped_total\S* (\d+)/m.exec(await readMetrics()) ?? [];
    return Number(count);
  }

  /**
   * One scheduler stops in the middle of its closure, and another one comes to the same event; then the first goes on.
   */
  async function closeAtOnce(other: (eventId: string) => Promise<Awaited<ReturnType<typeof closeEvent>>>) {
    const { eventId } = await givenHalfAttendedEvent(kit, PEOPLE);
    await using locks = openLocks({ urls, logger });
    const { locks: pausing, paused, resume } = pausingLocks(locks);
    const first = closeEvent(
      kit.closure({ locks: pausing, batchSize: 3, lockTtlMs: 60_000 }),
      order(eventId),
    );
    await Promise.race([paused, first]);
    const second = await other(eventId);
    resume();
    return { eventId, first: await first, second };
  }

  const otherScheduler = async (eventId: string) => {
    await using locks = openLocks({ urls, logger });
    const closure: Closure = kit.closure({ locks });
    return await closeEvent(closure, order(eventId));
  };

  async function expectOneVerdictEach(eventId: string): Promise<void> {
    expect(await verdictsPerEnrollment(kit.db, eventId)).toEqual(Array(PEOPLE).fill(1));
    expect(await messages(kit.db, eventId, 'turnout.participant.attended.v1')).toHaveLength(PEOPLE / 2);
    expect(await messages(kit.db, eventId, 'turnout.event.closed.v1')).toHaveLength(1);
    expect((await runs(kit.db, eventId)).filter(({ status }) => status === 'running')).toEqual([]);
  }

  it('leave an event to the one that holds the lock, with all servers and with one of them dead', async () => {
    const before = await skipped();
    for (const dead of [0, 1]) {
      if (dead > 0) await nodes[0]?.die();
      const { eventId, first, second } = await closeAtOnce(otherScheduler);
      expect({ dead, first: first.outcome, second: second.outcome }).toEqual({
        dead,
        first: 'closed',
        second: 'in_progress',
      });
      await expectOneVerdictEach(eventId);
    }
    expect(await skipped()).toBe(before);
  });

  it('close without the lock when two servers are dead, count it, and still give one verdict each', async () => {
    await Promise.all([nodes[0]?.die(), nodes[1]?.die()]);
    const before = await skipped();
    const { eventId, first, second } = await closeAtOnce(otherScheduler);
    expect(await skipped()).toBe(before + 2);
    // Neither was told of the other: the fence of the second one's run ends the first one's.
    expect(second.outcome).toBe('closed');
    expect(['closed', 'overtaken']).toContain(first.outcome);
    await expectOneVerdictEach(eventId);
  });

  it('take the lock again when a server is back, with nothing of what it knew', async () => {
    await nodes[0]?.die();
    await Promise.all([nodes[1]?.start(), nodes[2]?.die()]);
    await nodes[0]?.start();
    await using locks = openLocks({ urls, logger });
    const key = `test:${crypto.randomUUID()}`;
    const lock = await waitUntil(async () => {
      const answer = await locks.acquire(key, 60_000);
      return typeof answer !== 'string' && answer;
    });
    expect(await locks.acquire(key, 60_000)).toBe('held');
    await lock.release();
  });
});
