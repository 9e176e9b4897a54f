import { once } from 'node:events';
import { connect } from 'node:net';
import type { StreamTimes } from '@turnout/runtime/http/event-stream';
import type { ServerSentEvent } from '@turnout/runtime/http/reply';
import { routeFor } from '@turnout/runtime/http/route';
import { listenTo } from '@turnout/test-kit/listen-to';
import { describe, expect, it } from 'vitest';
import { type Caller, startApplication } from './support/application.ts';
import { toldNothing } from './support/told-nothing.ts';

const route = routeFor<Caller>();

/** A source that tells by `push`, and knows whether it was ended. */
function source() {
  const waiting: ServerSentEvent[] = [];
  let ring = () => {};
  let ended = 0;
  async function* events(signal: AbortSignal) {
    signal.addEventListener('abort', () => ring());
    try {
      while (!signal.aborted) {
        const next = waiting.shift();
        if (next) yield next;
        else await new Promise<void>((resolve) => (ring = resolve));
      }
    } finally {
      ended += 1;
    }
  }
  return {
    events,
    push(event: ServerSentEvent) {
      waiting.push(event);
      ring();
    },
    get ended() {
      return ended;
    },
  };
}

const quick: Partial<StreamTimes> = { recheckMs: 10 };

function streamRoute(events: (signal: AbortSignal) => AsyncIterable<ServerSentEvent>, allow: string[] = []) {
  return route({ ...toldNothing, method: 'get', path: '/stream', allow, handle: async () => ({ events }) });
}

describe('an event stream', () => {
  it('says how long to wait before coming back, then each event with its id, as it happens', async () => {
    const news = source();
    await using app = await startApplication([streamRoute(news.events)]);
    await using listener = await listenTo(`${app.url}/stream`);
    expect(listener.status).toBe(200);
    expect(listener.headers).toMatchObject({
      'content-type': 'text/event-stream',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
    });
    expect(listener.headers).not.toHaveProperty('content-length');
    expect(await listener.next()).toEqual({ retry: '2000' });
    news.push({ event: 'count', id: '7', data: { text: 'one\ntwo' } });
    expect(await listener.next()).toEqual({ id: '7', event: 'count', data: '{"text":"one\\ntwo"}' });
    news.push({ event: 'count', data: 2 });
    expect(await listener.next()).toEqual({ event: 'count', data: '2' });
  });

  it('stays alive in silence', async () => {
    await using app = await startApplication([streamRoute(source().events)], {
      streams: { heartbeatMs: 10 },
    });
    await using listener = await listenTo(`${app.url}/stream`);
    await listener.next();
    expect([await listener.next(), await listener.next()]).toEqual([{ '': '' }, { '': '' }]);
  });

  it('may last longer than a request may take to arrive', async () => {
    const streams = { heartbeatMs: 50 };
    await using app = await startApplication([streamRoute(source().events)], { streams }, { arrivalMs: 300 });
    await using listener = await listenTo(`${app.url}/stream`);
    await listener.next();
    for (let beat = 0; beat < 10; beat += 1) expect(await listener.next()).toEqual({ '': '' });
  });

  it('tells its source when the client has gone, and is logged once, like any request', async () => {
    const news = source();
    await using app = await startApplication([streamRoute(news.events)]);
    const listener = await listenTo(`${app.url}/stream`, { 'X-Request-Id': 'stream-1' });
    await listener.next();
    await listener[Symbol.asyncDispose]();
    await expect.poll(() => news.ended).toBe(1);
    const lines = () => app.lines.filter(({ requestId }) => requestId === 'stream-1');
    await expect.poll(lines).toMatchObject([{ route: '/stream', status: 200, clientGone: true }]);
  });

  it('ends when its source does', async () => {
    await using app = await startApplication([
      streamRoute(async function* () {
        yield { event: 'last', data: null };
      }),
    ]);
    await using listener = await listenTo(`${app.url}/stream`);
    await listener.next();
    expect(await listener.next()).toEqual({ event: 'last', data: 'null' });
    expect(await listener.next()).toBe('ended');
  });

  it('ends when its source fails, and says so in the log only', async () => {
    await using app = await startApplication([
      streamRoute(async function* () {
        yield { event: 'first', data: null };
        throw new Error('secret of ours');
      }),
    ]);
    await using listener = await listenTo(`${app.url}/stream`);
    await listener.next();
    await listener.next();
    expect(await listener.next()).toBe('ended');
    await expect
      .poll(() => app.lines.find(({ level }) => level === 'error'))
      .toMatchObject({
        route: '/stream',
        err: { stack: expect.stringContaining('    at ') },
      });
  });

  it('that is refused is a problem like any other', async () => {
    await using app = await startApplication([
      route({
        ...toldNothing,
        method: 'get',
        path: '/stream',
        allow: ['desk'],
        handle: async () => ({ problem: 'not_found' }),
      }),
    ]);
    for (const [caller, status] of [
      [undefined, 401],
      ['guest', 403],
      ['desk', 404],
    ] as const) {
      const answer = await fetch(`${app.url}/stream`, { headers: caller ? { Authorization: caller } : {} });
      expect([answer.status, answer.headers.get('content-type')]).toEqual([
        status,
        'application/problem+json',
      ]);
    }
  });

  it('is answered to HEAD with its headers, and that is all', async () => {
    const news = source();
    await using app = await startApplication([streamRoute(news.events)]);
    const answer = await fetch(`${app.url}/stream`, { method: 'HEAD' });
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/event-stream']);
    expect(await answer.text()).toBe('');
  });
});

describe('a caller', () => {
  it('who may no longer listen hears nothing more', async () => {
    const callers = new Set(['desk']);
    const news = source();
    await using app = await startApplication([streamRoute(news.events, ['desk'])], {
      streams: quick,
      authenticate: async (role = '') =>
        callers.has(role) ? { principal: { role } } : { problem: 'unauthenticated' },
    });
    await using listener = await listenTo(`${app.url}/stream`, { Authorization: 'desk' });
    await listener.next();
    callers.delete('desk');
    expect(await listener.next()).toBe('ended');
    expect(news.ended).toBe(1);
  });

  it('whose scope was narrowed hears nothing more', async () => {
    let allowed = true;
    await using app = await startApplication([streamRoute(source().events, ['desk'])], {
      streams: quick,
      authorize: () => (allowed ? undefined : { problem: 'not_found' }),
    });
    await using listener = await listenTo(`${app.url}/stream`, { Authorization: 'desk' });
    await listener.next();
    allowed = false;
    expect(await listener.next()).toBe('ended');
  });

  it('who cannot be looked up for a while hears the news after that', async () => {
    let looks = 0;
    let outage = false;
    const news = source();
    await using app = await startApplication([streamRoute(news.events, ['desk'])], {
      streams: quick,
      async authenticate(role = '') {
        looks += 1;
        if (outage) throw new Error('no database');
        return { principal: { role } };
      },
    });
    await using listener = await listenTo(`${app.url}/stream`, { Authorization: 'desk' });
    await listener.next();
    outage = true;
    const before = looks;
    await expect.poll(() => looks).toBeGreaterThan(before + 1);
    news.push({ event: 'news', data: 1 });
    const heard = listener.next();
    const later = looks;
    await expect.poll(() => looks).toBeGreaterThan(later + 3);
    expect(await Promise.race([heard, Promise.resolve('nothing')])).toBe('nothing');
    outage = false;
    expect(await heard).toEqual({ event: 'news', data: '1' });
  });
});

describe('a listener that does not read', () => {
  function endless() {
    let made = 0;
    async function* events(signal: AbortSignal) {
      while (!signal.aborted) {
        made += 1;
        yield { event: 'big', data: 'x'.repeat(100_000) };
      }
    }
    return {
      events,
      get made() {
        return made;
      },
    };
  }

  async function deafListener(url: string) {
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    socket.on('error', () => {});
    socket.pause();
    await once(socket, 'connect');
    socket.write('GET /stream HTTP/1.1\r\nHost: x\r\n\r\n');
    return socket;
  }

  it('stops the source, and is let go after a while', async () => {
    const news = endless();
    await using app = await startApplication([streamRoute(news.events)], { streams: { unreadMs: 300 } });
    const socket = await deafListener(app.url);
    await expect
      .poll(() => app.lines.filter(({ msg }) => msg === 'request'))
      .toMatchObject([{ route: '/stream', clientGone: true }]);
    // What fits the buffers of the two sockets, and no more.
    expect(news.made).toBeLessThan(1_000);
    socket.destroy();
  });

  it('does not hold up the stop of the process', async () => {
    const news = endless();
    const app = await startApplication([streamRoute(news.events)], {}, { graceMs: 60_000 });
    const socket = await deafListener(app.url);
    let before = -1;
    await expect
      .poll(() => {
        const still = news.made === before && before > 0;
        before = news.made;
        return still;
      })
      .toBe(true);
    const startedAt = performance.now();
    await app[Symbol.asyncDispose]();
    expect(performance.now() - startedAt).toBeLessThan(20_000);
    socket.destroy();
  });
});

describe('stopping', () => {
  it('ends streams at once, with the requests still being served, and waits for none', async () => {
    const news = source();
    const app = await startApplication([streamRoute(news.events)], {}, { drainMs: 1_500, graceMs: 60_000 });
    await using listener = await listenTo(`${app.url}/stream`);
    await listener.next();
    const startedAt = performance.now();
    const stopped = app[Symbol.asyncDispose]();
    expect(await listener.next()).toBe('ended');
    expect((await fetch(`${app.url}/livez`)).status).toBe(200);
    await using late = await listenTo(`${app.url}/stream`);
    expect([late.status, await late.next(), await late.next()]).toEqual([200, { retry: '2000' }, 'ended']);
    await stopped;
    expect(performance.now() - startedAt).toBeLessThan(20_000);
    expect(news.ended).toBe(2);
  });

  /** Work that says how it ended, whenever the test lets it. */
  function work() {
    const done = Promise.withResolvers<void>();
    let aborted = false;
    async function* events(signal: AbortSignal) {
      signal.addEventListener('abort', () => {
        aborted = true;
        done.resolve();
      });
      yield { event: 'progress', data: 1 };
      await done.promise;
      if (!aborted) yield { event: 'result', data: 2 };
    }
    const handle = async () => ({ endsByItself: true, events });
    return {
      route: route({ ...toldNothing, method: 'get' as const, path: '/work', allow: [], handle }),
      finish: done.resolve,
      aborted: () => aborted,
    };
  }

  it('lets a stream that ends by itself do so', async () => {
    const { route, finish } = work();
    const app = await startApplication([route], {}, { graceMs: 60_000 });
    await using listener = await listenTo(`${app.url}/work`);
    expect([await listener.next(), await listener.next()]).toMatchObject([{}, { event: 'progress' }]);
    const stopped = app[Symbol.asyncDispose]();
    await expect.poll(async () => (await fetch(`${app.url}/livez`).catch(() => null))?.status).not.toBe(200);
    finish();
    expect([await listener.next(), await listener.next()]).toMatchObject([{ event: 'result' }, 'ended']);
    await stopped;
  });

  it('cuts off one that does not in time, and tells its source', async () => {
    const { route, aborted } = work();
    const app = await startApplication([route], {}, { graceMs: 100 });
    const answer = await fetch(`${app.url}/work`);
    const text = answer.text();
    text.catch(() => undefined);
    await app[Symbol.asyncDispose]();
    await expect(text).rejects.toThrow();
    await expect.poll(aborted).toBe(true);
  });
});
