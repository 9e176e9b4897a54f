import { Validator } from '@seriousme/openapi-schema-validator';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { OpenApi } from '../src/operations.ts';
import { type Services, startServices } from './services.ts';

let services: Services;
beforeAll(async () => {
  services = await startServices();
});
afterAll(() => services?.[Symbol.asyncDispose]());

const names = ['admin', 'checkin', 'closure', 'notifier'];
const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];

describe.each(names)('the description of the %s service', (name) => {
  const origin = () => String(services.urls[name]);
  const document = () => services.documents[name] as OpenApi;

  it('is valid OpenAPI 3.1', async () => {
    const { valid, errors } = await new Validator().validate(structuredClone(document()) as never);
    expect(errors).toBeUndefined();
    expect(valid).toBe(true);
    expect(document().openapi).toBe('3.1.1');
  });

  it('tells of each operation what it does, whom it is for and what may be answered', () => {
    for (const operation of Object.values(document().paths).flatMap((item) => Object.values(item))) {
      expect(operation).toMatchObject({
        operationId: expect.stringMatching(/^[a-z][A-Za-z]+$/),
        summary: expect.stringMatching(/^[A-Z].*[^.]$/),
        tags: [expect.any(String)],
      });
      const statuses = Object.keys(operation.responses).map(Number);
      expect(statuses.filter((status) => status < 300).length, operation.operationId).toBeGreaterThan(0);
      expect(statuses, operation.operationId).toEqual(expect.arrayContaining([400, 422, 503]));
    }
  });

  it('has every method of each path that it has: the service refuses the others with 405 and says which', async () => {
    for (const [template, item] of Object.entries(document().paths)) {
      const path = template.replaceAll(/\{\w+\}/g, '01970a3e-5b7c-7d10-8a44-0c2f6f1d9e21');
      const documented = Object.keys(item).map((method) => method.toUpperCase());
      const taken = [...documented, ...(documented.includes('GET') ? ['HEAD'] : [])].sort();
      for (const method of methods.filter((other) => !documented.includes(other))) {
        const answer = await fetch(origin() + path, { method });
        expect(answer.status, `${method} ${path}`).toBe(405);
        expect(answer.headers.get('allow')?.split(', ').sort(), `${method} ${path}`).toEqual(taken);
      }
    }
  });

  it('has every path: anything else answers 404', async () => {
    const known = Object.keys(document().paths);
    const shapes = known.map(
      (path) => new RegExp(`^${path.replaceAll('.', '\\.').replaceAll(/\{\w+\}/g, '[^/]+')}$`),
    );
    const beside = known.flatMap((path) => {
      const real = path.replaceAll(/\{\w+\}/g, 'x');
      return [
        `${real}/`,
        `${real}/x/y`,
        real.toUpperCase(),
        real.slice(0, -1),
        `/v2${real}`,
        path.slice(0, path.lastIndexOf('/')),
      ];
    });
    const guessed = [
      '/',
      '/v1',
      '/admin',
      '/debug',
      '/internal',
      '/api',
      '/swagger.json',
      '/openapi.yaml',
      '/.env',
    ];
    for (const path of new Set([...beside, ...guessed])) {
      if (path === '' || shapes.some((shape) => shape.test(path))) continue;
      expect((await fetch(origin() + path)).status, path).toBe(404);
    }
  });

  it('can be read as a page that asks nobody else for anything', async () => {
    const page = await fetch(`${origin()}/docs`);
    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(page.headers.get('content-security-policy')).toContain("script-src 'self'");
    const text = await page.text();
    const parts = [...text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, to = '']) => to);
    expect(parts.filter((to) => !/^(\/|data:,$)/.test(to))).toEqual([]);
    for (const part of parts.filter((to) => to.startsWith('/'))) {
      expect((await fetch(origin() + part)).status, part).toBe(200);
    }
    expect((await fetch(`${origin()}/docs/package.json`)).status).toBe(404);
  });
});

describe('the documents of the event stream', () => {
  it('are served by the notifier, with the schema that each event names', async () => {
    const origin = String(services.urls.notifier);
    const stream = (await (await fetch(`${origin}/asyncapi.json`)).json()) as {
      channels: Record<string, { address: string }>;
    };
    const types = Object.values(stream.channels).map(({ address }) => address);
    expect(types).toContain('turnout.participant.attended.v1');
    for (const type of types) {
      const schema = await (await fetch(`${origin}/schemas/events/${type}.json`)).json();
      expect(schema).toMatchObject({ $id: `urn:turnout:schema:${type}` });
    }
    const unknown = await fetch(`${origin}/schemas/events/turnout.nothing.v1.json`);
    expect([unknown.status, await unknown.json()]).toMatchObject([
      404,
      { detail: 'There is no event type turnout.nothing.v1. /asyncapi.json lists all of them.' },
    ]);
  });
});
