import { routeFor } from '@turnout/runtime/http/route';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Application, type Caller, startApplication } from './support/application.ts';
import { toldNothing } from './support/told-nothing.ts';

const route = routeFor<Caller>();
const PLACES = 2;
/** As many as are worked on or wait. */
const ROOM = PLACES + 100;

let release: () => void;
let released: Promise<void>;
let begun = 0;
let app: Application;
beforeEach(async () => {
  ({ promise: released, resolve: release } = Promise.withResolvers<void>());
  begun = 0;
  const work = { ...toldNothing, allow: ['admin'] as const, deadlineMs: 20_000 };
  app = await startApplication(
    [
      route({
        ...work,
        method: 'get',
        path: '/list',
        async handle() {
          begun += 1;
          await released;
          return { status: 200, body: {} };
        },
      }),
      route({
        ...work,
        method: 'post',
        path: '/scan',
        urgent: true,
        handle: async () => ({ status: 201, body: {} }),
      }),
    ],
    { placesAtOnce: PLACES },
  );
});
afterEach(() => app[Symbol.asyncDispose]());

const headers = { authorization: 'admin' };
const list = () => fetch(`${app.url}/list`, { headers });

describe('more than can be worked on at once', () => {
  it('waits, and is turned away when too many do', async () => {
    const answers: Promise<Response>[] = [];
    for (let sent = 0; sent < PLACES; sent += 1) answers.push(list());
    await expect.poll(() => begun).toBe(PLACES);
    const waiting = Array.from({ length: 3 }, list);
    release();
    for (const answer of await Promise.all([...answers, ...waiting])) expect(answer.status).toBe(200);
  });

  it('hears that it is too much, and when to come again, while what is urgent is served', async () => {
    const answers = Array.from({ length: ROOM + 10 }, list);
    const turnedAway = await Promise.any(answers);
    expect([turnedAway.status, turnedAway.headers.get('retry-after')]).toEqual([503, '1']);
    expect(await turnedAway.json()).toMatchObject({
      code: 'unavailable',
      detail: 'This service is overloaded right now. Try again in a second.',
    });
    expect(begun).toBe(PLACES);
    expect((await fetch(`${app.url}/scan`, { method: 'POST', headers })).status).toBe(201);
    expect((await fetch(`${app.url}/readyz`)).status).toBe(200);
    expect((await fetch(`${app.url}/list`, { method: 'POST', headers })).status).toBe(405);
    release();
    await Promise.all(answers);
    expect((await list()).status).toBe(200);
  });

  it('does not lose its place to a client that has gone', async () => {
    const gone = new AbortController();
    const cut = Array.from({ length: PLACES }, () =>
      fetch(`${app.url}/list`, { headers, signal: gone.signal }),
    );
    await expect.poll(() => begun).toBe(PLACES);
    gone.abort();
    await Promise.allSettled(cut);
    release();
    expect((await list()).status).toBe(200);
  });
});
