import type { EventLook } from '@turnout/attendance-store/door/look-at-event';
import { describe, expect, it } from 'vitest';
import { openLiveView } from '../src/live/live-view.ts';
import { lastSeenOf, snapshotBody } from '../src/live/snapshot-body.ts';

const at = (second: number) => new Date(Date.UTC(2026, 4, 1, 9, 0, second));

function eventLook(insideNow: number, scans = 0): EventLook {
  return {
    at: at(insideNow),
    byStatus: { confirmed: 1, checked_in: insideNow, attended: 0, no_show: 0, cancelled: 0 },
    insideNow,
    lastScans: Array.from({ length: scans }, (_, age) => ({
      scanId: `scan ${age}`,
      kind: 'check_in',
      refusal: age % 2 === 0 ? null : 'unknown_code',
      displayName: null,
      station: null,
      direction: 'entry',
      deviceId: 'device',
      scannedAt: at(59 - age),
      recordedAt: at(59 - age),
    })),
  };
}

/** An event whose looks the test answers, and a view of it that makes hardly a pause. */
function viewed({ leastPauseMs = 1 } = {}) {
  const looks: PromiseWithResolvers<EventLook>[] = [];
  const arrivals: (() => void)[] = [];
  const logged: string[] = [];
  const view = openLiveView(
    () => {
      const asked = Promise.withResolvers<EventLook>();
      looks.push(asked);
      arrivals.shift()?.();
      return asked.promise;
    },
    { warn: () => logged.push('warn'), error: () => logged.push('error') } as never,
    { leastPauseMs },
  );
  return {
    looks,
    logged,
    /** The nth look, once it is asked for. */
    async look(n: number) {
      while (looks.length < n) await new Promise<void>((resolve) => arrivals.push(resolve));
      return looks[n - 1] as PromiseWithResolvers<EventLook>;
    },
    listen() {
      const leaving = new AbortController();
      const events = view.follow('event', leaving.signal)[Symbol.asyncIterator]();
      return { next: () => events.next(), leave: () => leaving.abort() };
    },
    async [Symbol.asyncDispose]() {
      const closed = view[Symbol.asyncDispose]();
      for (const { reject } of looks) reject(new Error('closing'));
      await closed;
    },
  };
}

describe('the live view', () => {
  it('looks once for any number of listeners, and tells each what it saw', async () => {
    await using event = viewed();
    const listeners = Array.from({ length: 50 }, () => event.listen());
    const heard = listeners.map((listener) => listener.next());
    (await event.look(1)).resolve(eventLook(1));
    for (const { value } of await Promise.all(heard)) expect(value).toMatchObject({ insideNow: 1 });
    const next = listeners.map((listener) => listener.next());
    (await event.look(2)).resolve(eventLook(2));
    for (const { value } of await Promise.all(next)) expect(value).toMatchObject({ insideNow: 2 });
    expect(event.looks.length).toBeLessThanOrEqual(3);
  });

  it('is quiet while nothing changes', async () => {
    await using event = viewed();
    const listener = event.listen();
    const first = listener.next();
    (await event.look(1)).resolve(eventLook(1));
    await first;
    const second = listener.next();
    (await event.look(2)).resolve({ ...eventLook(1), at: at(30) });
    (await event.look(3)).resolve(eventLook(3));
    expect((await second).value).toMatchObject({ insideNow: 3 });
  });

  it('tells who comes later at once, without a look of their own', async () => {
    await using event = viewed({ leastPauseMs: 3_600_000 });
    const early = event.listen();
    const heard = early.next();
    (await event.look(1)).resolve(eventLook(1));
    await heard;
    early.leave();
    const late = event.listen();
    expect((await late.next()).value).toMatchObject({ insideNow: 1 });
    expect(event.looks).toHaveLength(1);
    late.leave();
  });

  it('tells a slow listener the newest, and nothing that was overtaken', async () => {
    await using event = viewed();
    const slow = event.listen();
    const first = slow.next();
    (await event.look(1)).resolve(eventLook(1));
    await first;
    for (const n of [2, 3, 4]) (await event.look(n)).resolve(eventLook(n));
    await event.look(5);
    expect((await slow.next()).value).toMatchObject({ insideNow: 4 });
  });

  it('stops looking when nobody listens any more, and begins again for the next', async () => {
    await using event = viewed();
    const listener = event.listen();
    const first = listener.next();
    (await event.look(1)).resolve(eventLook(1));
    await first;
    const none = listener.next();
    const second = await event.look(2);
    listener.leave();
    expect(await none).toMatchObject({ done: true });
    second.resolve(eventLook(2));
    const since = performance.now();
    await expect.poll(() => performance.now() - since).toBeGreaterThan(100);
    expect(event.looks).toHaveLength(2);
    const again = event.listen();
    const heard = again.next();
    (await event.look(3)).resolve(eventLook(3));
    expect((await heard).value).toMatchObject({ insideNow: 3 });
  });

  it('goes on when a look fails, and says so once', async () => {
    await using event = viewed();
    const listener = event.listen();
    const heard = listener.next();
    const away = Object.assign(new Error('gone'), { code: 'ECONNREFUSED' });
    (await event.look(1)).reject(away);
    (await event.look(2)).reject(away);
    (await event.look(3)).resolve(eventLook(3));
    expect((await heard).value).toMatchObject({ insideNow: 3 });
    expect(event.logged).toEqual(['warn']);
    (await event.look(4)).reject(new TypeError('a bug'));
    await event.look(5);
    expect(event.logged).toEqual(['warn', 'error']);
  });

  it('makes a pause of ten times what the look took', async () => {
    await using event = viewed();
    const listener = event.listen();
    void listener.next();
    const asked = performance.now();
    const first = await event.look(1);
    while (performance.now() - asked < 30) await new Promise((resolve) => setImmediate(resolve));
    const answered = performance.now();
    first.resolve(eventLook(1));
    await event.look(2);
    expect(performance.now() - answered).toBeGreaterThan(250);
    listener.leave();
  });

  it('is closed without waiting for its pause', async () => {
    const event = viewed({ leastPauseMs: 3_600_000 });
    const listener = event.listen();
    const heard = listener.next();
    (await event.look(1)).resolve(eventLook(1));
    await heard;
    await event[Symbol.asyncDispose]();
  });
});

describe('a snapshot', () => {
  it('shows the last twenty scans', () => {
    const { lastScans, enrolled } = snapshotBody(eventLook(2, 50), null);
    expect(lastScans.map(({ scanId }) => scanId)).toEqual(Array.from({ length: 20 }, (_, n) => `scan ${n}`));
    expect(lastScans.slice(0, 2)).toMatchObject([
      { outcome: 'accepted', refusal: null },
      { outcome: 'refused', refusal: 'unknown_code' },
    ]);
    expect(enrolled).toBe(3);
  });

  it.each([
    ['all since then, and ten seconds more', at(30), 40],
    ['twenty when there were fewer', at(58), 20],
    ['as many as were looked at when there were more', at(-3600), 50],
  ])('shows who comes back %s', (_title, lastSeen, scans) => {
    expect(snapshotBody(eventLook(1, 50), lastSeen).lastScans).toHaveLength(scans);
  });
});

it.each([undefined, '', '7', 'yesterday', '2026-05-01', '2026-99-01T09:00:00.000Z', ["'", ';']])(
  'an id that is none of ours tells nothing: %s',
  (id) => {
    expect(lastSeenOf(id)).toBeNull();
  },
);
