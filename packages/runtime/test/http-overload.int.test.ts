import { once } from 'node:events';
import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import { routeFor } from '@turnout/runtime/http/route';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
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

describe('large bodies', () => {
  const LARGE = 400_000;
  /** Of three, the share of one caller. */
  const SHARE_FOR_LARGE = 2;
  let began: number;
  let go: () => void;
  let gone: Promise<void>;
  let uploads: Application;
  /** Long enough for the tests of which it is no part, also on a slow machine. */
  const largeArrivalMs = 2_500;
  beforeEach(async () => {
    began = 0;
    ({ promise: gone, resolve: go } = Promise.withResolvers<void>());
    uploads = await startApplication(
      [
        route({
          ...toldNothing,
          allow: ['admin', 'someone else'],
          method: 'post',
          path: '/uploads',
          urgent: true,
          bodyLimit: 1_000_000,
          deadlineMs: 20_000,
          body: z.object({ text: z.string() }),
          async handle({ body }) {
            if (body.text === 'small') return { status: 201, body: {} };
            began += 1;
            await gone;
            return { status: 201, body: {} };
          },
        }),
      ],
      { largeArrivalMs },
    );
  });
  afterEach(() => uploads[Symbol.asyncDispose]());

  const upload = (text: string, gzip = false, authorization = headers.authorization) => {
    const json = Buffer.from(JSON.stringify({ text }));
    return fetch(`${uploads.url}/uploads`, {
      method: 'POST',
      headers: {
        authorization,
        'content-type': 'application/json',
        ...(gzip && { 'content-encoding': 'gzip' }),
      },
      body: gzip ? gzipSync(json) : json,
    });
  };
  const large = 'a'.repeat(LARGE);

  it.each([
    { length: LARGE, gzip: false, share: SHARE_FOR_LARGE, places: 3 },
    { length: LARGE, gzip: true, share: SHARE_FOR_LARGE, places: 3 },
    { length: 100_000, gzip: false, share: 8, places: 16 },
  ])(
    'of $length bytes, gzip: $gzip, are taken $places at a time, $share of one caller, and small ones meanwhile',
    async (body) => {
      const { gzip, share, places } = body;
      const text = 'a'.repeat(body.length);
      const one = (what = text) => upload(what, gzip);
      const other = () => upload(text, gzip, 'someone else');
      const taken = Array.from({ length: share }, () => one());
      await expect.poll(() => began).toBe(share);
      // More than that waits for itself alone, and not before what others send.
      const refused = await one();
      expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '1']);
      expect(await refused.json()).toMatchObject({ code: 'unavailable' });
      const more = Array.from({ length: 3 }, () => one());
      taken.push(...Array.from({ length: places - share }, () => other()));
      await expect.poll(() => began).toBe(places);
      for (const answer of await Promise.all(more)) expect(answer.status).toBe(503);
      expect((await other()).status).toBe(503);
      expect((await one('small')).status).toBe(201);
      expect(began).toBe(places);
      const waiting = one();
      go();
      for (const answer of await Promise.all([...taken, waiting])) expect(answer.status).toBe(201);
    },
  );

  it('of which the rest does not come give their place to others, and hear why', async () => {
    const { port } = new URL(uploads.url);
    const begun = `POST /uploads HTTP/1.1\r\nHost: x\r\nAuthorization: admin\r\nContent-Type: application/json\r\n`;
    const slow = await Promise.all(
      Array.from({ length: SHARE_FOR_LARGE }, async () => {
        const socket = connect(Number(port), '127.0.0.1');
        socket.write(`${begun}Content-Length: ${LARGE}\r\n\r\n${' '.repeat(LARGE - 10)}`);
        return socket;
      }),
    );
    const answers = slow.map(async (socket) => {
      const [answer] = (await once(socket, 'data')) as [Buffer];
      return answer.toString();
    });
    go();
    for (const answer of await Promise.all(answers)) {
      expect(answer).toMatch(/^HTTP\/1\.1 408 .*"code":"request_timeout"/s);
    }
    expect((await upload(large)).status).toBe(201);
    for (const socket of slow) socket.destroy();
  });

  it('do not keep the place of a client that has gone', async () => {
    const leaving = new AbortController();
    const cut = Array.from({ length: SHARE_FOR_LARGE + 2 }, () =>
      fetch(`${uploads.url}/uploads`, {
        method: 'POST',
        headers: { ...headers, 'content-type': 'application/json' },
        body: JSON.stringify({ text: large }),
        signal: leaving.signal,
      }),
    );
    await expect.poll(() => began).toBe(SHARE_FOR_LARGE);
    leaving.abort();
    await Promise.allSettled(cut);
    go();
    await expect.poll(async () => (await upload(large)).status).toBe(201);
  });
});
