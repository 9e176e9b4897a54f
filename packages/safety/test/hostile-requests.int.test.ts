import { createHmac } from 'node:crypto';
import { givenOrganization } from '@turnout/test-kit/given';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  services as allServices,
  type FourServices,
  type Service,
  startFourServices,
} from './support/four-services.ts';
import { type RawAnswer, sendRaw } from './support/raw.ts';

let services: FourServices;
let token: string;
beforeAll(async () => {
  services = await startFourServices();
  token = (await givenOrganization(services.owner)).tokens.admin;
});
afterAll(() => services[Symbol.asyncDispose]());

const NOBODY = '01997e2c-0000-7000-8000-000000000000';
/** A list of each service, and what it answers to who asks for it properly. */
const list: Record<Service, [path: string, status: number]> = {
  checkin: [`/v1/events/${NOBODY}/devices`, 404],
  closure: [`/v1/events/${NOBODY}/closure-runs`, 404],
  admin: ['/v1/events', 200],
  notifier: ['/v1/deliveries', 200],
};
/** Something to write at each service; an empty object is no good, or nothing that is there. */
const write: Record<Service, [line: string, status: number]> = {
  checkin: [`POST /v1/events/${NOBODY}/check-ins`, 422],
  closure: [`POST /v1/events/${NOBODY}/closure-runs`, 404],
  admin: ['POST /v1/events', 422],
  notifier: ['PUT /v1/alert-address', 422],
};

const head = (start: string, headers: string[] = []) =>
  [
    `${start} HTTP/1.1`,
    'Host: x',
    `Authorization: Bearer ${token}`,
    'Connection: close',
    ...headers,
    '',
    '',
  ].join('\r\n');
const json = ['Content-Type: application/json', 'Content-Length: 2'];

/** Never a word of what is behind it. */
function expectCivil({ status, headers, body }: RawAnswer): void {
  expect(headers).toMatch(/^content-type: application\/(problem\+)?json$/m);
  expect(headers).not.toMatch(/^(x-powered-by|server|set-cookie):/m);
  expect(JSON.stringify(body)).not.toMatch(/sequelize|postgres|zod|express|node_modules|\.ts\b|select /i);
  if (status >= 400)
    expect(body).toMatchObject({ status, code: expect.any(String), requestId: expect.any(String) });
}

async function answers(service: Service, status: number, ...parts: string[]): Promise<RawAnswer> {
  const answer = await sendRaw(services.urls[service], ...parts);
  expect({ sent: parts[0]?.slice(0, 200), status: answer.status }).toEqual({
    sent: parts[0]?.slice(0, 200),
    status,
  });
  expectCivil(answer);
  return answer;
}

describe.each(allServices)('%s', (service) => {
  const [path, proper] = list[service];
  const [line, written] = write[service];

  it('refuses an invalid HTTP/1.1 request', async () => {
    for (const bytes of [
      `GET ${path}\r\n\r\n`,
      'hello\r\n\r\n',
      'FROB / HTTP/1.1\r\nHost: x\r\n\r\n',
      'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
      `GET ${path} HTTP/9.9\r\nHost: x\r\n\r\n`,
      `GET ${path} HTTP/1.1\r\nConnection: close\r\n\r\n`,
      `GET ${path} HTTP/1.1\r\nHost: x\r\nX-Request-Id : a\r\n\r\n`,
      `GET ${path} HTTP/1.1\r\nHost: x\r\nX: a\rb\r\n\r\n`,
      `GET ${path} HTTP/1.1\r\nHost: x\r\nX: a\u0000b\r\n\r\n`,
      `GET ${path}#x HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`,
      '\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\u00fc\u0003\u0003',
    ]) {
      await answers(service, 400, bytes);
    }
  });

  it('does not guess where a body ends', async () => {
    const chunked = 'Transfer-Encoding: chunked';
    for (const [headers, body] of [
      [['Content-Length: 2', 'Content-Length: 3'], '{} '],
      [['Content-Length: 2', chunked], '0\r\n\r\n'],
      [[chunked, 'Content-Length: 2'], '0\r\n\r\n'],
      [['Transfer-Encoding: chunked, identity'], '0\r\n\r\n'],
      [['Transfer-Encoding: xchunked'], '0\r\n\r\n'],
      [['Content-Length: -1'], ''],
      [['Content-Length: +2'], '{}'],
      [['Content-Length: 2, 2'], '{}'],
      [['Content-Length: 0x2'], '{}'],
      [['Content-Length: 99999999999999999999'], '{}'],
      [[chunked], 'fffffffffffffffff\r\n{}\r\n0\r\n\r\n'],
      [[chunked], '-2\r\n{}\r\n0\r\n\r\n'],
      [[chunked], 'zz\r\n{}\r\n0\r\n\r\n'],
    ] as [string[], string][]) {
      await answers(service, 400, head(line, ['Content-Type: application/json', ...headers]) + body);
    }
  });

  it('takes headers and parameters only so far', async () => {
    await answers(service, 431, head(`GET ${path}`, [`X-Large: ${'a'.repeat(100_000)}`]));
    await answers(service, 431, head(`GET ${path}?a=${'a'.repeat(100_000)}`));
    const many = Array.from({ length: 1_000 }, (_, index) => `p${index}=1`).join('&');
    const { body } = await answers(service, 422, head(`GET ${path}?${many}`));
    expect(body.errors).toHaveLength(100);
  });

  it('knows no other methods than its own, whatever a header says', async () => {
    for (const method of ['OPTIONS', 'TRACE', 'PROPFIND', 'LOCK']) {
      const { headers } = await answers(service, 405, head(`${method} ${path}`));
      expect(headers).toMatch(/^allow: .*get, head/m);
    }
    await answers(service, 405, 'CONNECT example.org:443 HTTP/1.1\r\nHost: example.org\r\n\r\n');
    await answers(service, 404, head('OPTIONS *'));
    for (const name of ['X-HTTP-Method-Override', 'X-HTTP-Method', 'X-Method-Override']) {
      await answers(service, proper, head(`GET ${path}`, [`${name}: DELETE`]));
    }
    await answers(service, 422, head(`GET ${path}?_method=DELETE`));
  });

  it('is what it is: no other protocol, and no waiting for a body that nobody promised', async () => {
    await answers(service, proper, head(`GET ${path}`, ['Upgrade: websocket', 'Sec-WebSocket-Version: 13']));
    await answers(service, proper, head(`GET ${path}`, ['Upgrade: h2c', 'HTTP2-Settings: AAMAAABk']));
    await answers(service, written, `${head(line, [...json, 'Expect: 100-continue'])}{}`);
    await answers(service, written, `${head(line, [...json, 'Expect: a miracle'])}{}`);
  });

  it('has one path for each thing', async () => {
    const [, first = '', rest = ''] = /^(\/v1)(\/.*)$/.exec(path) ?? [];
    for (const target of [
      `/${path}`,
      `${first}/${rest}`,
      `${first}/.${rest}`,
      `${first}/x/..${rest}`,
      `/%2e%2e${path}`,
      `/x/%2e%2e${path}`,
      `${first}%2f${rest.slice(1)}`,
      `${first}%5c${rest.slice(1)}`,
      `${path}/`,
      `${path}%00`,
      `${path}%20`,
      `${path};a=b`,
      `${path}.json`,
      path.toUpperCase().replace(NOBODY.toUpperCase(), NOBODY),
      `${path}%0d%0aSet-Cookie:%20a=b`,
      'http://[',
      'http://x:99999/',
    ]) {
      const answer = await sendRaw(services.urls[service], head(`GET ${target}`));
      expect([404, 422]).toContain(answer.status);
      expectCivil(answer);
    }
    for (const target of ['\\v1', '/%', '/%ff', '/\xe9', `${path}?search=%ff`, `${path}?search=%`]) {
      await answers(service, 400, head(`GET ${target}`));
    }
    await answers(service, proper, head(`GET http://other.example${path}`));
  });

  it('answers a request id only when it is one', async () => {
    const { headers } = await answers(service, proper, head(`GET ${path}`, ['X-Request-Id: my-request-1']));
    expect(headers).toMatch(/^x-request-id: my-request-1$/m);
    for (const id of ['a b', '<script>', 'a'.repeat(65), 'é', 'a,b']) {
      const { headers: others } = await answers(
        service,
        proper,
        head(`GET ${path}`, [`X-Request-Id: ${id}`]),
      );
      expect(others).toMatch(/^x-request-id: [0-9a-f-]{36}$/m);
    }
  });

  it('takes nothing for a token that is none', async () => {
    const [, id = '', secret = '', sum = ''] = token.split('_');
    for (const authorization of [
      '',
      'Bearer',
      'Bearer ',
      `Basic ${Buffer.from(`admin:${token}`).toString('base64')}`,
      token,
      `Token ${token}`,
      `Bearer ${token} ${token}`,
      `Bearer "${token}"`,
      `Bearer ${token.toUpperCase()}`,
      `Bearer tnt_${id}_${secret}`,
      `Bearer tnt_${id}_${'0'.repeat(64)}_${sum}`,
      `Bearer tnt_${'0'.repeat(32)}_${secret}_${sum}`,
      `Bearer ${token}%00`,
      `Bearer ${'a'.repeat(10_000)}`,
      "Bearer ' or 1=1 --",
      ...jwts(),
    ]) {
      const request = head(`GET ${path}`).replace(/Authorization: .*/, `Authorization: ${authorization}`);
      const { headers } = await answers(service, 401, request);
      expect(headers).toMatch(/^www-authenticate: bearer/m);
    }
    const second = head(`GET ${path}`).replace('Authorization:', 'Authorization: Bearer x\r\nAuthorization:');
    await answers(service, 401, second);
    await answers(service, 422, head(`GET ${path}?access_token=${token}`));
  });
});

/** Signed by nobody, by a key that everybody knows, and by what is no key at all. */
function jwts(): string[] {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const hour = Math.floor(Date.now() / 3_600_000) * 3600;
  const claims = {
    iss: 'https://login.example.org',
    aud: 'turnout',
    sub: 'ada',
    role: 'admin',
    roles: ['admin'],
  };
  return [{ exp: hour + 36_000 }, { exp: hour - 36_000 }, { nbf: hour + 36_000, exp: hour + 72_000 }].flatMap(
    (times) =>
      ['none', 'None', 'NONE', 'HS256', 'RS256'].map((alg) => {
        const signed = `${part({ alg, typ: 'JWT', kid: '../../dev/null', jwk: {} })}.${part({ ...claims, ...times })}`;
        const signature = alg === 'HS256' ? createHmac('sha256', '').update(signed).digest('base64url') : '';
        return `Bearer ${signed}.${signature}`;
      }),
  );
}

describe('a request that takes its time', () => {
  let hurried: FourServices;
  beforeAll(async () => {
    hurried = await startFourServices({ arrivalMs: 250 });
  });
  afterAll(() => hurried[Symbol.asyncDispose]());

  it.concurrent.each(allServices)(
    'is answered with 408 by %s, be it its headers or its body',
    async (service) => {
      const [line] = write[service];
      const organization = await givenOrganization(hurried.owner);
      const slow = head(line, ['Content-Type: application/json', 'Content-Length: 10']).replace(
        token,
        organization.tokens.admin,
      );
      const answers = [slow.slice(0, 40), slow, `${slow}{`].map((bytes) =>
        sendRaw(hurried.urls[service], bytes),
      );
      for (const answer of await Promise.all(answers)) {
        expect(answer).toMatchObject({ status: 408, body: { code: 'request_timeout' } });
      }
    },
  );
});
