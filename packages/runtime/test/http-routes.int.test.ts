import { bytes, routeFor } from '@turnout/runtime/http/route';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type Application, type Caller, startApplication } from './support/application.ts';
import { toldNothing } from './support/told-nothing.ts';

const route = routeFor<Caller, 'admin' | 'desk'>();
const event = '0197d3a0-0000-7000-8000-000000000001';
const eventId = z.uuid();
const seen: unknown[] = [];

const routes = [
  route({
    ...toldNothing,
    method: 'post',
    path: '/events/:eventId/things',
    allow: ['admin'],
    params: z.object({ eventId }),
    query: z.object({ dryRun: z.enum(['true', 'false']).optional() }),
    body: z.object({ name: z.string().min(1), kind: z.enum(['big', 'small']) }),
    async handle({ params, query, body, principal }) {
      seen.push({ params, query, body });
      return {
        status: 201,
        body: { name: body.name, by: principal.role },
        headers: { Location: '/things/1' },
      };
    },
  }),
  route({
    ...toldNothing,
    method: 'get',
    path: '/events/:eventId/things/:name',
    allow: ['admin', 'desk'],
    params: z.object({ eventId, name: z.string().max(20) }),
    handle: async ({ params }) => ({ status: 200, body: params }),
  }),
  route({
    ...toldNothing,
    method: 'get',
    path: '/events/:eventId/things/largest',
    allow: ['admin'],
    params: z.object({ eventId }),
    handle: async () => ({ status: 200, body: { largest: true } }),
  }),
  route({
    ...toldNothing,
    method: 'delete',
    path: '/events/:eventId/things/:name',
    allow: ['admin'],
    params: z.object({ eventId, name: z.string() }),
    handle: async () => ({ status: 204 }),
  }),
  route({
    ...toldNothing,
    method: 'post',
    path: '/refused',
    allow: [],
    handle: async () => ({
      problem: 'forbidden',
      detail: 'Ask the organizer.',
      extra: { until: 'noon' },
      headers: { 'Retry-After': '9' },
    }),
  }),
  route({
    ...toldNothing,
    method: 'get',
    path: '/text',
    allow: [],
    handle: async () => ({ status: 200, body: 'a,b\n', headers: { 'Content-Type': 'text/csv' } }),
  }),
  route({
    ...toldNothing,
    method: 'post',
    path: '/text',
    allow: [],
    mediaType: 'text/csv',
    body: bytes,
    bodyLimit: 10,
    handle: async ({ body }) => ({ status: 200, body: { hex: body.toString('hex') } }),
  }),
];

let app: Application;
beforeAll(async () => {
  app = await startApplication(routes);
});
afterAll(() => app[Symbol.asyncDispose]());

const things = `/events/${event}/things`;
const good = { name: 'Ada', kind: 'big' };

describe('a route', () => {
  it('gives its handler typed input and sends what it answers', async () => {
    const answer = await request(app.url)
      .post(`${things}?dryRun=true`)
      .set('Authorization', 'admin')
      .send(good);
    expect(answer.status).toBe(201);
    expect(answer.body).toEqual({ name: 'Ada', by: 'admin' });
    expect(answer.headers).toMatchObject({ 'content-type': 'application/json', location: '/things/1' });
    expect(seen.at(-1)).toEqual({ params: { eventId: event }, query: { dryRun: 'true' }, body: good });
  });

  it('decodes parameters of the path', async () => {
    const answer = await request(app.url).get(`${things}/a%2Fb%20%C3%A9`).set('Authorization', 'desk');
    expect(answer.body).toEqual({ eventId: event, name: 'a/b é' });
  });

  it('with a fixed segment goes before one with a parameter', async () => {
    const answer = await request(app.url).get(`${things}/largest`).set('Authorization', 'admin');
    expect(answer.body).toEqual({ largest: true });
  });

  it('answers HEAD like GET, without the body', async () => {
    const answer = await request(app.url).head(`${things}/x`).set('Authorization', 'desk');
    expect(answer.status).toBe(200);
    expect(Number(answer.headers['content-length'])).toBeGreaterThan(10);
    expect(answer.text).toBeUndefined();
  });

  it('may answer nothing, or text of its own type', async () => {
    const nothing = await request(app.url).delete(`${things}/x`).set('Authorization', 'admin');
    expect([nothing.status, nothing.text]).toEqual([204, '']);
    const text = await request(app.url).get('/text');
    expect([text.headers['content-type'], text.text]).toEqual(['text/csv', 'a,b\n']);
  });

  it('that takes another kind of body gets its bytes as they are, and nothing of any other kind', async () => {
    const post = async (type: string, body: string | Uint8Array<ArrayBuffer>) =>
      await fetch(`${app.url}/text`, { method: 'POST', headers: { 'content-type': type }, body });
    const sent = await post('text/CSV; charset="UTF-8"', new Uint8Array([0xff, 0, 0x61]));
    expect(await sent.json()).toEqual({ hex: 'ff0061' });
    expect(await (await post('text/csv', '')).json()).toEqual({ hex: '' });
    for (const type of ['application/json', 'text/plain', 'text/csv; charset=latin1']) {
      expect((await post(type, '{}')).status).toBe(400);
    }
    expect((await post('text/csv', 'x'.repeat(11))).status).toBe(413);
  });

  it('that takes no body accepts an empty one and {}, and refuses anything in it', async () => {
    expect((await request(app.url).post('/refused')).status).toBe(403);
    expect((await request(app.url).post('/refused').send({})).status).toBe(403);
    const answer = await request(app.url).post('/refused').send({ name: 'x' });
    expect(answer.body).toMatchObject({ status: 422, errors: [{ path: 'name' }] });
  });
});

describe('every answer', () => {
  it('carries the request id it was asked for, or a new one', async () => {
    const asked = await request(app.url).get('/livez').set('X-Request-Id', 'desk-7-0042');
    expect(asked.headers['x-request-id']).toBe('desk-7-0042');
    for (const unfit of ['a b', 'x'.repeat(65), 'ü', '<script>', '']) {
      const answer = await request(app.url)
        .get('/nowhere')
        .set('X-Request-Id', Buffer.from(unfit).toString('latin1'));
      expect(answer.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
      expect(answer.body.requestId).toBe(answer.headers['x-request-id']);
    }
  });

  it('is protected by headers and says nothing about what made it', async () => {
    const { headers } = await request(app.url).get('/livez');
    expect(headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'cache-control': 'no-store' });
    expect(headers).not.toHaveProperty('x-powered-by');
    expect(headers).not.toHaveProperty('etag');
  });

  it('is logged with the pattern of its route, never with what the path or the query say', async () => {
    const id = 'logged-1';
    await request(app.url)
      .post(`${things}?dryRun=secretquery`)
      .set({ Authorization: 'admin', 'X-Request-Id': id })
      .send({ name: 'secretbody' });
    await expect
      .poll(() => app.lines.find((line) => line.requestId === id))
      .toMatchObject({
        method: 'POST',
        route: '/events/:eventId/things',
        status: 422,
        problem: 'validation_failed',
        level: 'info',
      });
    expect(JSON.stringify(app.lines)).not.toMatch(
      /secretquery|secretbody|0197d3a0-0000-7000-8000-000000000001/,
    );
  });
});

describe('a refusal', () => {
  it('is a problem document with the facts the handler gave', async () => {
    const answer = await request(app.url).post('/refused');
    expect(answer.headers).toMatchObject({ 'content-type': 'application/problem+json', 'retry-after': '9' });
    expect(answer.body).toEqual({
      status: 403,
      code: 'forbidden',
      detail: 'Ask the organizer.',
      until: 'noon',
      requestId: answer.headers['x-request-id'],
    });
  });

  it('is 404 for a path that does not exist, whoever asks', async () => {
    for (const path of ['/', '/event', `${things}/`, things.toUpperCase(), '/livez/x']) {
      const answer = await request(app.url).get(path);
      expect([answer.status, answer.body.code]).toEqual([404, 'not_found']);
    }
  });

  it('is 405 for another method, and names the ones there are', async () => {
    for (const method of ['get', 'put', 'options', 'trace'] as const) {
      const answer = await request(app.url)[method](things);
      expect([answer.status, answer.headers.allow]).toEqual([405, 'POST']);
    }
    const answer = await request(app.url).post(`${things}/x`);
    expect(answer.headers.allow?.split(', ').sort()).toEqual(['DELETE', 'GET', 'HEAD']);
  });

  it('is 401 for who is not known, before anything they sent is looked at', async () => {
    const answer = await request(app.url)
      .post('/events/not-a-uuid/things?unknown=1')
      .type('text/plain')
      .send('{');
    expect([answer.status, answer.body.code]).toEqual([401, 'unauthenticated']);
    expect(answer.headers['www-authenticate']).toBe('Bearer');
  });

  it('is 403 for a role that may not, before anything they sent is looked at', async () => {
    const answer = await request(app.url).post(things).set('Authorization', 'desk').send('{');
    expect(answer.status).toBe(403);
  });

  it('is 404 outside of the scope of a caller, also when the id is malformed', async () => {
    for (const id of ['0197d3a0-0000-7000-8000-000000000002', 'not-a-uuid']) {
      const answer = await request(app.url)
        .post(`/events/${id}/things`)
        .set('Authorization', `admin@${event}`)
        .send('{');
      expect(answer.status).toBe(404);
    }
    const inside = await request(app.url).post(things).set('Authorization', `admin@${event}`).send(good);
    expect(inside.status).toBe(201);
  });

  it('names everything that is wrong with the input at once', async () => {
    const answer = await request(app.url)
      .post('/events/not-a-uuid/things?dryRun=yes&colour=red')
      .set('Authorization', 'admin')
      .send({ kind: 'medium', size: 3 });
    expect(answer.status).toBe(422);
    expect(answer.body.errors).toEqual([
      { path: 'eventId', message: 'must be a UUID' },
      { path: 'dryRun', message: 'must be one of true, false' },
      { path: 'colour', message: 'is not known; remove it' },
      { path: 'name', message: 'is required' },
      { path: 'kind', message: 'must be one of big, small' },
      { path: 'size', message: 'is not known; remove it' },
    ]);
  });
});

describe('a route table', () => {
  it('refuses a path whose parameters its schema does not name', () => {
    const define = () =>
      route({
        ...toldNothing,
        method: 'get',
        path: '/x/:id',
        allow: [],
        handle: async () => ({ status: 200 }),
      });
    expect(define).toThrow('/x/:id and the schema of its parameters differ in id');
  });
});
