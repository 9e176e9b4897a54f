import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { routeFor } from '@turnout/runtime/http/route';
import type { TransferTimes } from '@turnout/runtime/http/streamed-answer';
import { describe, expect, it } from 'vitest';
import { type Application, type Caller, startApplication } from './support/application.ts';
import { toldNothing } from './support/told-nothing.ts';

const route = routeFor<Caller>();
const headers = { 'Content-Type': 'text/plain; charset=utf-8' };

/** A body that counts what was asked of it, and whether it was ended. */
function source(pieces: () => AsyncIterable<string>) {
  const seen = { asked: 0, ended: 0 };
  async function* body() {
    try {
      for await (const piece of pieces()) {
        seen.asked += 1;
        yield piece;
      }
    } finally {
      seen.ended += 1;
    }
  }
  return { seen, body };
}

const endless = () =>
  source(async function* () {
    for (;;) yield 'x'.repeat(100_000);
  });

function start(
  body: () => AsyncIterable<string>,
  transfers: Partial<TransferTimes> = {},
  { deadlineMs = 1_900, graceMs = 5_000 } = {},
): Promise<Application> {
  const handle = async () => ({ status: 200, headers, body: body() });
  return startApplication(
    [route({ ...toldNothing, method: 'get', path: '/report', allow: [], deadlineMs, handle })],
    { transfers },
    { graceMs },
  );
}

/** A client that asks and reads nothing. */
async function deaf(url: string, version = '1.1'): Promise<Socket> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  socket.on('error', () => {});
  socket.pause();
  await once(socket, 'connect');
  socket.write(`GET /report HTTP/${version}\r\nHost: x\r\n\r\n`);
  return socket;
}

const whole = async ({ url }: Application) => await (await fetch(`${url}/report`)).text();
const requestLines = (app: Application) => app.lines.filter(({ msg }) => msg === 'request');

/** Waits until nothing more is asked of a body: what was asked for fills the buffers of both sockets. */
async function untilStill(seen: { asked: number }): Promise<number> {
  let before = -1;
  await expect
    .poll(
      () => {
        const still = seen.asked === before && before > 0;
        before = seen.asked;
        return still;
      },
      { interval: 200 },
    )
    .toBe(true);
  return before;
}

describe('an answer made while it is sent', () => {
  it('arrives whole, in pieces, with the headers it names', async () => {
    const { body, seen } = source(async function* () {
      yield 'Zażółć ';
      yield 'gęślą jaźń';
    });
    await using app = await start(body);
    const answer = await fetch(`${app.url}/report`);
    expect([answer.status, await answer.text()]).toEqual([200, 'Zażółć gęślą jaźń']);
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'content-type': 'text/plain; charset=utf-8',
      'cache-control': 'no-store',
      'transfer-encoding': 'chunked',
    });
    expect(seen).toEqual({ asked: 2, ended: 1 });
    expect(requestLines(app)).toMatchObject([{ status: 200 }]);
    expect(requestLines(app)[0]).not.toHaveProperty('clientGone');
  });

  it('may take longer than the deadline once it has begun', async () => {
    const late = Promise.withResolvers<void>();
    const { body } = source(async function* () {
      yield 'first ';
      await late.promise;
      yield 'last';
    });
    await using app = await start(body, {}, { deadlineMs: 1_000 });
    const answer = await fetch(`${app.url}/report`);
    setTimeout(late.resolve, 1_100);
    expect(await answer.text()).toBe('first last');
  });

  it('that does not begin before the deadline is refused, and ended when it begins after all', async () => {
    const late = Promise.withResolvers<void>();
    const { body, seen } = source(async function* () {
      await late.promise;
      yield 'too late';
    });
    await using app = await start(body, {}, { deadlineMs: 100 });
    const answer = await fetch(`${app.url}/report`);
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '1']);
    late.resolve();
    await expect.poll(() => seen.ended).toBe(1);
  });

  it('that fails before its first piece is a problem like any other', async () => {
    const { body } = source(async function* () {
      yield await Promise.reject(new Error('secret of ours'));
    });
    await using app = await start(body);
    const answer = await fetch(`${app.url}/report`);
    expect([answer.status, answer.headers.get('content-type')]).toEqual([500, 'application/problem+json']);
    expect(await answer.text()).not.toContain('secret');
  });

  it('is answered to HEAD with its headers, and nothing is asked of the body', async () => {
    const { body, seen } = endless();
    await using app = await start(body);
    const answer = await fetch(`${app.url}/report`, { method: 'HEAD' });
    expect([answer.status, answer.headers.get('content-type'), await answer.text()]).toEqual([
      200,
      'text/plain; charset=utf-8',
      '',
    ]);
    expect(seen.asked).toBe(0);
  });
});

describe('an answer that fails in the middle', () => {
  const failing = () =>
    source(async function* () {
      yield 'looks good so far\n';
      yield await Promise.reject(new Error('secret of ours'));
    });

  it('is a broken transfer to the client, and a failed request in the log', async () => {
    const { body } = failing();
    await using app = await start(body);
    await expect(whole(app)).rejects.toThrow();
    await expect
      .poll(() => requestLines(app))
      .toMatchObject([{ problem: 'internal_error', brokenOff: true }]);
    expect(app.lines.find(({ level }) => level === 'error')).toMatchObject({ route: '/report' });
  });

  it('is an error also to a client that knows no chunks', async () => {
    const { body } = failing();
    await using app = await start(body);
    const socket = await deaf(app.url, '1.0');
    const failed = new Promise((resolve) => socket.once('close', resolve));
    socket.resume();
    expect(await failed).toBe(true);
  });
});

describe('a client', () => {
  it('that reads slowly sets the pace of the source', async () => {
    const { body, seen } = endless();
    await using app = await start(body);
    const socket = await deaf(app.url);
    const held = await untilStill(seen);
    let read = 0;
    socket.on('data', (chunk: Buffer) => {
      read += chunk.length;
      if (read > held * 100_000) socket.pause();
    });
    socket.resume();
    await expect.poll(() => seen.asked).toBeGreaterThan(held);
    socket.destroy();
    await expect.poll(() => seen.ended).toBe(1);
    expect(requestLines(app)).toMatchObject([{ clientGone: true }]);
  });

  it('that reads nothing is let go after a while', async () => {
    const { body, seen } = endless();
    await using app = await start(body, { unreadMs: 300 });
    const socket = await deaf(app.url);
    await expect.poll(() => seen.ended).toBe(1);
    expect(seen.asked).toBeLessThan(1_000);
    socket.destroy();
  });

  it('that goes on for too long is let go, with an error', async () => {
    const { body, seen } = endless();
    await using app = await start(body, { wholeMs: 300 });
    await expect(whole(app)).rejects.toThrow();
    await expect.poll(() => seen.ended).toBe(1);
  });
});

describe('stopping', () => {
  it('lets an answer that ends in time arrive whole', async () => {
    const rest = Promise.withResolvers<void>();
    const { body } = source(async function* () {
      yield 'first ';
      await rest.promise;
      yield 'last';
    });
    const app = await start(body);
    const answer = await fetch(`${app.url}/report`);
    const stopped = app[Symbol.asyncDispose]();
    rest.resolve();
    expect(await answer.text()).toBe('first last');
    await stopped;
  });

  it('breaks off one that does not end in time, visibly', async () => {
    const { body, seen } = endless();
    const app = await start(body, {}, { graceMs: 100 });
    const answer = await fetch(`${app.url}/report`);
    const text = answer.text();
    await app[Symbol.asyncDispose]();
    await expect(text).rejects.toThrow();
    await expect.poll(() => seen.ended).toBe(1);
  });

  it('breaks it off visibly also for a client that knows no chunks', async () => {
    const { body, seen } = endless();
    const app = await start(body, {}, { graceMs: 100 });
    const socket = await deaf(app.url, '1.0');
    const failed = new Promise((resolve) => socket.once('close', resolve));
    socket.resume();
    await expect.poll(() => seen.asked).toBeGreaterThan(0);
    await app[Symbol.asyncDispose]();
    expect(await failed).toBe(true);
    await expect.poll(() => seen.ended).toBe(1);
  });
});
