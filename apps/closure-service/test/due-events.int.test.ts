import { findDueEvents } from '@turnout/attendance-store/closing/find-due-events';
import { type Locks, openLocks } from '@turnout/runtime/lock';
import { type EventFacts, givenEnrollments } from '@turnout/test-kit/given';
import { requiredVariable } from '@turnout/test-kit/required-variable';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { closeDueEvents } from '../src/commands/close-due-events.ts';
import { closeEvent } from '../src/commands/close-event.ts';
import { type ClosingKit, givenThreeDays, messages, openClosingKit, runs } from './closing-kit.ts';
import { freeLocalPort } from './free-local-port.ts';

const HOUR = 3_600_000;
const ago = (ms: number) => new Date(Date.now() - ms);

describe('events that are due', () => {
  const opened = new AsyncDisposableStack();
  let kit: ClosingKit;
  let locks: Locks;

  beforeAll(async () => {
    kit = opened.use(await openClosingKit());
    locks = opened.use(openLocks({ urls: [requiredVariable('TEST_REDIS_URL')], logger: console }));
  });
  afterAll(async () => {
    await opened.disposeAsync();
  });

  const given = async (facts: EventFacts) => {
    const eventId = await givenThreeDays(kit, facts);
    await givenEnrollments(kit.db, kit.organization.id, eventId, 1);
    return eventId;
  };
  const due = async () => {
    const found = await findDueEvents(kit.db, { after: null, limit: 100 });
    return found.map(({ eventId }) => eventId);
  };

  it('are those that are over, grace included, and not cancelled; those that ended first come first', async () => {
    const later = await given({ ends_at: ago(HOUR) });
    const first = await given({ ends_at: ago(30 * HOUR) });
    const inGrace = await given({ ends_at: ago(HOUR), closure_grace_minutes: 90 });
    const running = await given({ ends_at: ago(-HOUR) });
    const cancelled = await given({ cancelled_at: new Date(), cancellation_reason: 'storm' });
    const empty = await givenThreeDays(kit, { ends_at: ago(2 * HOUR) });

    expect(await due()).toEqual([first, empty, later]);
    expect(await closeDueEvents(kit.closure({ locks }), { trigger: 'schedule' })).toEqual({
      due: 3,
      closed: 3,
      failed: 0,
      skipped: 0,
    });
    expect(await due()).toEqual([]);
    for (const eventId of [inGrace, running, cancelled]) expect(await runs(kit.db, eventId)).toEqual([]);

    await givenEnrollments(kit.db, kit.organization.id, first, 1);
    expect(await due()).toEqual([first]);
    await closeDueEvents(kit.closure({ locks }), { trigger: 'schedule' });
    expect(await due()).toEqual([]);
  });

  it('are all found, page by page, however many ended in the same instant', async () => {
    const ends_at = ago(HOUR);
    const many = await Promise.all(Array.from({ length: 7 }, () => givenThreeDays(kit, { ends_at })));
    const seen: string[] = [];
    for (let after: string | null = null; ; ) {
      const page = await findDueEvents(kit.db, { after, limit: 3 });
      seen.push(...page.map(({ eventId }) => eventId));
      after = seen.at(-1) ?? null;
      if (page.length < 3) break;
    }
    expect(seen).toEqual(many.toSorted());
    await closeDueEvents(kit.closure({ locks }), { trigger: 'schedule' });
  });

  it('are left to whoever is closing them', async () => {
    const eventId = await given({});
    const lock = await locks.acquire(`turnout:closure:${eventId}`, 5_000);
    if (typeof lock === 'string') throw new Error(lock);
    expect(await closeDueEvents(kit.closure({ locks }), { trigger: 'schedule' })).toMatchObject({
      due: 1,
      skipped: 1,
    });
    expect(await runs(kit.db, eventId)).toEqual([]);
    await lock.release();
    expect(await closeDueEvents(kit.closure({ locks }), { trigger: 'schedule' })).toMatchObject({
      closed: 1,
    });
  });

  it('are closed once when two schedulers find them at the same time', async () => {
    const eventIds = await Promise.all(Array.from({ length: 10 }, () => given({})));
    await Promise.all([1, 2].map(() => closeDueEvents(kit.closure({ locks }), { trigger: 'schedule' })));
    for (const eventId of eventIds) {
      expect(await runs(kit.db, eventId)).toMatchObject([{ status: 'succeeded' }]);
    }
  });

  it('are closed without Redis, which is logged once', async () => {
    const eventIds = await Promise.all(Array.from({ length: 3 }, () => given({})));
    const url = `redis://127.0.0.1:${await freeLocalPort()}`;
    const gone = opened.use(openLocks({ urls: [url], logger: { info: () => {}, warn: () => {} } }));
    kit.logged.length = 0;

    expect(await closeDueEvents(kit.closure({ locks: gone }), { trigger: 'schedule' })).toMatchObject({
      closed: 3,
    });

    expect(kit.logged.filter(({ level }) => level === 'warn')).toMatchObject([
      { msg: 'Redis is unavailable: closing without the lock' },
    ]);
    for (const eventId of eventIds) {
      expect(await messages(kit.db, eventId, 'turnout.event.closed.v1')).toHaveLength(1);
    }
  });

  it('do not wait in a queue while the process stops', async () => {
    const eventIds = await Promise.all(Array.from({ length: 12 }, () => given({})));
    const stopping = new AbortController();
    const closure = kit.closure({ locks, stopping: stopping.signal });
    await closeDueEvents(closure, { trigger: 'schedule', onClosing: () => stopping.abort() });
    expect((await due()).length).toBeGreaterThan(0);
    await closeDueEvents(kit.closure({ locks }), { trigger: 'schedule' });
    for (const eventId of eventIds) {
      expect(await messages(kit.db, eventId, 'turnout.event.closed.v1')).toHaveLength(1);
    }
    expect(
      await closeEvent(closure, { eventId: eventIds[0] ?? '', trigger: 'schedule', onlyIfDue: false }),
    ).toEqual({
      outcome: 'interrupted',
    });
  });
});
