import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { routeFor } from '@turnout/runtime/http/route';
import { describe, expect, it } from 'vitest';
import { type Application, type Caller, startApplication } from './support/application.ts';
import { parseAnswer, rawExchange } from './support/raw-exchange.ts';
import { toldNothing } from './support/told-nothing.ts';

const route = routeFor<Caller>();

function workRoute(work: () => Promise<unknown>) {
  return route({
    ...toldNothing,
    method: 'post',
    path: '/work',
    allow: [],
    async handle() {
      await work();
      return { status: 200, body: { done: true } };
    },
  });
}

describe('stopping', () => {
  it('says that it is not ready, and goes on serving for a while', async () => {
    const app = await startApplication([workRoute(async () => {})], {}, { drainMs: 1_500 });
    expect((await fetch(`${app.url}/readyz`)).status).toBe(200);
    const stopped = app[Symbol.asyncDispose]();
    const ready = await fetch(`${app.url}/readyz`);
    expect([ready.status, ready.headers.get('connection')]).toEqual([503, 'close']);
    expect((await fetch(`${app.url}/work`, { method: 'POST' })).status).toBe(200);
    await stopped;
    await expect(fetch(`${app.url}/readyz`)).rejects.toThrow();
  });

  it('finishes the requests that run', async () => {
    const begun = Promise.withResolvers<void>();
    const release = Promise.withResolvers<void>();
    const app = await startApplication([
      workRoute(() => {
        begun.resolve();
        return release.promise;
      }),
    ]);
    const answer = fetch(`${app.url}/work`, { method: 'POST' });
    await begun.promise;
    const stopped = app[Symbol.asyncDispose]();
    release.resolve();
    expect((await answer).status).toBe(200);
    expect((await answer).headers.get('connection')).toBe('close');
    await stopped;
  });

  it('does not wait for connections without a request, nor for ever for one with', async () => {
    const begun = Promise.withResolvers<void>();
    const never = workRoute(() => {
      begun.resolve();
      return new Promise(() => {});
    });
    const app = await startApplication([never], {}, { graceMs: 100 });
    const idle = connect(Number(new URL(app.url).port), '127.0.0.1');
    const answer = fetch(`${app.url}/work`, { method: 'POST' }).then(
      () => 'answered',
      () => 'cut',
    );
    await begun.promise;
    await app[Symbol.asyncDispose]();
    expect(await answer).toBe('cut');
    idle.destroy();
  });

  it('one instance after the other fails no request under load', async () => {
    const start = () => startApplication([workRoute(() => sleep(2))], {}, { drainMs: 1_500 });
    const first = [await start(), await start()];
    const instances = new Set<Application>(first);
    const inRotation = new Set(instances);
    const load = new AbortController();
    const failures: unknown[] = [];
    let answered = 0;

    async function client(): Promise<void> {
      while (!load.signal.aborted) {
        const targets = [...inRotation];
        const target = targets[Math.floor(Math.random() * targets.length)];
        try {
          const answer = await fetch(`${target?.url}/work`, { method: 'POST' });
          await answer.json();
          if (answer.status !== 200) failures.push(answer.status);
          answered += 1;
        } catch (error) {
          failures.push(error);
        }
      }
    }
    // What a load balancer does: it asks often, and leaves out who is not ready.
    async function balancer(): Promise<void> {
      while (!load.signal.aborted) {
        for (const instance of instances) {
          const ready = await fetch(`${instance.url}/readyz`).then(
            ({ status }) => status === 200,
            () => false,
          );
          if (ready) inRotation.add(instance);
          else inRotation.delete(instance);
        }
        await sleep(20);
      }
    }

    const running = [balancer(), ...Array.from({ length: 10 }, client)];
    for (const old of first) {
      const goal = answered + 500;
      await expect.poll(() => answered).toBeGreaterThan(goal);
      const replacement = await start();
      instances.add(replacement);
      await expect.poll(() => inRotation.has(replacement)).toBe(true);
      await old[Symbol.asyncDispose]();
      instances.delete(old);
    }
    load.abort();
    await Promise.all(running);
    for (const instance of instances) await instance[Symbol.asyncDispose]();
    expect(failures).toEqual([]);
    expect(answered).toBeGreaterThan(1000);
  });
});

describe('a request that takes too long to arrive', () => {
  it.each([
    ['its headers', 'POST /work HTTP/1.1\r\nHost: x\r\n'],
    [
      'its body',
      'POST /work HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 10\r\n\r\n{',
    ],
  ])('is answered with 408: %s', async (_name, bytes) => {
    await using app = await startApplication([workRoute(async () => {})], {}, { arrivalMs: 100 });
    const answer = parseAnswer(await rawExchange(app.url, bytes));
    expect([answer.status, answer.body]).toMatchObject([408, { code: 'request_timeout' }]);
  });
});

describe('a client that does not read its answer', () => {
  it('is let go when nothing has moved for a while', async () => {
    const large = route({
      ...toldNothing,
      method: 'get',
      path: '/large',
      allow: [],
      handle: async () => ({ status: 200, body: 'x'.repeat(50_000_000) }),
    });
    await using app = await startApplication([large], {}, { stalledMs: 200 });
    const socket = connect(Number(new URL(app.url).port), '127.0.0.1');
    socket.write('GET /large HTTP/1.1\r\nHost: x\r\n\r\n');
    await expect.poll(() => app.lines.map(({ clientGone }) => clientGone)).toEqual([true]);
    socket.destroy();
  });
});

describe('more connections than there may be', () => {
  it('are closed, and those that are there go on', async () => {
    await using app = await startApplication([workRoute(async () => {})], {}, { maxConnections: 1 });
    const port = Number(new URL(app.url).port);
    const first = connect(port, '127.0.0.1');
    await once(first, 'connect');
    await expect(rawExchange(app.url, '').catch(() => '')).resolves.toBe('');
    first.write('GET /livez HTTP/1.1\r\nHost: x\r\n\r\n');
    const [answer] = (await once(first, 'data')) as [Buffer];
    expect(answer.toString()).toMatch(/^HTTP\/1\.1 200 /);
    first.destroy();
  });
});

describe('listening', () => {
  it('fails with what the system says when the port is taken', async () => {
    await using app = await startApplication([]);
    const port = Number(new URL(app.url).port);
    await expect(startApplication([], {}, { port })).rejects.toThrow('EADDRINUSE');
  });
});
