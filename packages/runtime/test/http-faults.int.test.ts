import { routeFor } from '@turnout/runtime/http/route';
import request from 'supertest';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Application, type Caller, startApplication } from './support/application.ts';
import { toldNothing } from './support/told-nothing.ts';

const route = routeFor<Caller>();
class Outage extends Error {
  readonly code = 'EOUTAGE';
}

let release: () => void = () => {};
let released: Promise<void>;
const signals: AbortSignal[] = [];

const routes = [
  route({
    ...toldNothing,
    method: 'get',
    path: '/slow',
    allow: [],
    deadlineMs: 50,
    async handle({ signal }) {
      signals.push(signal);
      await released;
      return { status: 200, body: { late: true } };
    },
  }),
  route({
    ...toldNothing,
    method: 'get',
    path: '/private',
    allow: ['hangs'],
    deadlineMs: 50,
    handle: async () => ({ status: 200 }),
  }),
  route({
    ...toldNothing,
    method: 'get',
    path: '/outage',
    allow: [],
    handle: () => Promise.reject(new Outage('db.internal:5432')),
  }),
  route({
    ...toldNothing,
    method: 'get',
    path: '/bug',
    allow: [],
    handle: () => Promise.reject(new Error('secret of ours')),
  }),
  route({
    ...toldNothing,
    method: 'get',
    path: '/sudden-bug',
    allow: [],
    handle: () => {
      throw new TypeError('secret of ours');
    },
  }),
  route({
    ...toldNothing,
    method: 'get',
    path: '/unsendable',
    allow: [],
    handle: async () => ({ status: 200, body: { n: 1n } }),
  }),
];

let app: Application;
beforeAll(async () => {
  app = await startApplication(routes, {
    isUnavailable: (error) => error instanceof Outage,
    authenticate: () => released.then(() => ({ principal: { role: 'hangs' } })),
    readiness: async () => ({ ready: false, checks: { postgres: 'no answer' } }),
  });
});
afterAll(() => app[Symbol.asyncDispose]());
beforeEach(() => {
  ({ promise: released, resolve: release } = Promise.withResolvers<void>());
});

describe('a handler that takes longer than its deadline', () => {
  it('is answered with 503, told to stop, and its result is only logged', async () => {
    const answer = await request(app.url).get('/slow').set('X-Request-Id', 'late-1');
    expect([answer.status, answer.body.code, answer.headers['retry-after']]).toEqual([
      503,
      'unavailable',
      '1',
    ]);
    expect(signals.at(-1)?.aborted).toBe(true);
    release();
    await expect
      .poll(() => app.lines.filter((line) => line.requestId === 'late-1').map((line) => line.msg))
      .toEqual(['no answer before the deadline', 'request', 'finished after the deadline; not answered']);
  });

  it('includes finding out who calls', async () => {
    const answer = await request(app.url).get('/private');
    expect(answer.status).toBe(503);
    release();
  });
});

describe('an error', () => {
  it('of something we depend on is answered with 503 and when to try again', async () => {
    const answer = await request(app.url).get('/outage');
    expect([answer.status, answer.headers['retry-after']]).toEqual([503, '1']);
    expect(answer.text).not.toContain('db.internal');
    // A door where the database is away asks hundreds of times a second: one line each says which error, and no stack.
    const ofRequest = () => app.lines.filter((line) => line.requestId === answer.body.requestId);
    await expect.poll(() => ofRequest().filter(({ level }) => level !== 'debug')).toHaveLength(1);
    expect(ofRequest().find(({ msg }) => msg === 'request')).toMatchObject({ status: 503, cause: 'EOUTAGE' });
    expect(ofRequest().find(({ level }) => level === 'debug')).toMatchObject({ err: { code: 'EOUTAGE' } });
  });

  it.each(['/bug', '/sudden-bug', '/unsendable'])(
    'of ours is answered without its words: %s',
    async (path) => {
      const answer = await request(app.url).get(path);
      expect(answer.body).toEqual({ status: 500, code: 'internal_error', requestId: expect.any(String) });
      expect(answer.headers['content-type']).toBe('application/problem+json');
      const logged = app.lines.find(
        (line) => line.requestId === answer.body.requestId && line.level === 'error',
      );
      expect(logged).toMatchObject({ route: path, err: { stack: expect.stringContaining('    at ') } });
    },
  );

  it('that stops the service from doing its work shows in readiness, not in liveness', async () => {
    const ready = await request(app.url).get('/readyz');
    expect(ready.status).toBe(503);
    expect(ready.body).toMatchObject({
      code: 'unavailable',
      ready: false,
      checks: { postgres: 'no answer' },
    });
    expect(ready.headers).toMatchObject({ 'retry-after': '1', 'content-type': 'application/problem+json' });
    expect((await request(app.url).get('/livez')).status).toBe(200);
  });
});
