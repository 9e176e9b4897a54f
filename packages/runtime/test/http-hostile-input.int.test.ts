import { gzipSync } from 'node:zlib';
import { carryTraceIds } from '@turnout/runtime/carry-trace-ids';
import { routeFor } from '@turnout/runtime/http/route';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type Application, type Caller, startApplication } from './support/application.ts';
import { parseAnswer, rawExchange } from './support/raw-exchange.ts';
import { toldNothing } from './support/told-nothing.ts';

const route = routeFor<Caller>();
const kept: unknown[] = [];

const routes = [
  route({
    ...toldNothing,
    method: 'post',
    path: '/things/:name',
    allow: ['admin'],
    params: z.object({ name: z.string().max(200) }),
    query: z.object({ search: z.string().optional() }),
    body: z.object({
      text: z.string().max(200).optional(),
      count: z.int().optional(),
      ratio: z.number().optional(),
      tags: z.record(z.string(), z.string()).optional(),
      list: z.array(z.strictObject({ text: z.string() })).optional(),
    }),
    async handle({ params, query, body }) {
      kept.push({ ...params, ...query, ...body });
      return { status: 200, body };
    },
  }),
];

// As the start of every service does.
carryTraceIds();

let app: Application;
beforeAll(async () => {
  app = await startApplication(routes);
});
afterAll(() => app[Symbol.asyncDispose]());

function post(body: string | Buffer, headers: Record<string, string> = {}, path = '/things/x') {
  const sent = request(app.url)
    .post(path)
    .set({ Authorization: 'admin', 'Content-Type': 'application/json', ...headers })
    // As it is: superagent would serialize a second time.
    .serialize((bytes: unknown) => bytes as string);
  return sent.send(body as string);
}

async function refused(status: number, code: string, body: string | Buffer, headers = {}) {
  const before = kept.length;
  const answer = await post(body, headers);
  expect(answer.headers['content-type']).toBe('application/problem+json');
  expect([answer.status, answer.body.code]).toEqual([status, code]);
  expect(kept.length).toBe(before);
  return answer;
}

describe('a body that cannot be read', () => {
  it.each([
    ['nothing', ''],
    ['blanks', '  '],
    ['no JSON', '{"text":'],
    ['two values', '{}{}'],
    ['a trailing comma', '{"text":"a",}'],
    ['a comment', '{/* */}'],
    ['NaN', '{"ratio":NaN}'],
    ['single quotes', "{'text':'a'}"],
    ['a form', 'text=a'],
    ['a raw control character', '{"text":"a\nb"}'],
    ['a property twice', '{"text":"a","text":"b"}'],
    ['a property twice, once escaped', '{"text":"a","te\\u0078t":"b"}'],
    ['a property twice, far inside', '{"list":[{"text":"a","text":"\\\\\\"b:"}]}'],
    ['100 kB of opening brackets', '['.repeat(100_000)],
    ['balanced nesting of 40,000 levels', `${'['.repeat(40_000)}${']'.repeat(40_000)}`],
    ['nested objects', `${'{"a":'.repeat(5000)}1${'}'.repeat(5000)}`],
  ])('is malformed: %s', async (_name, body) => {
    await refused(400, 'malformed_request', body);
  });

  it.each([
    ['none', ''],
    ['text', 'text/plain'],
    ['a form', 'application/x-www-form-urlencoded'],
    ['multipart', 'multipart/form-data; boundary=x'],
    ['UTF-16', 'application/json; charset=utf-16'],
    ['latin1', 'application/json;charset="iso-8859-1"'],
    ['UTF-7', 'application/json; charset=utf-7'],
    ['two charsets', 'application/json; charset=utf-8; charset=latin1'],
    ['look-alike', 'application/jsonp'],
    ['nonsense', ';;;=,='],
  ])('is malformed when its type is %s', async (_name, type) => {
    await refused(400, 'malformed_request', '{"text":"a"}', { 'Content-Type': type });
  });

  it('is malformed when it is not UTF-8', async () => {
    for (const bytes of [[0xff], [0xc3], [0xc0, 0xaf], [0xed, 0xa0, 0x80], [0xf5, 0x80, 0x80, 0x80]]) {
      const body = Buffer.concat([Buffer.from('{"text":"'), Buffer.from(bytes), Buffer.from('"}')]);
      await refused(400, 'malformed_request', body);
    }
    await refused(400, 'malformed_request', Buffer.from('{"text":"a"}', 'utf16le'));
  });

  it('is malformed in an encoding that is not gzip, or is none', async () => {
    for (const encoding of ['br', 'deflate', 'zstd', 'gzip, gzip', 'x']) {
      await refused(400, 'malformed_request', '{}', { 'Content-Encoding': encoding });
    }
    await refused(400, 'malformed_request', '{"text":"a"}', { 'Content-Encoding': 'gzip' });
    await refused(400, 'malformed_request', gzipSync('{"text":"a"}').subarray(0, -5), {
      'Content-Encoding': 'gzip',
    });
  });

  it('is read when it is gzip, UTF-8 with a mark, or says its charset', async () => {
    expect((await post(gzipSync('{"text":"a"}'), { 'Content-Encoding': 'gzip' })).body).toEqual({
      text: 'a',
    });
    expect((await post('\ufeff{"text":"a"}')).body).toEqual({ text: 'a' });
    const type = 'Application/JSON; Charset="UTF-8"';
    expect((await post('{"text":"a"}', { 'Content-Type': type })).body).toEqual({ text: 'a' });
  });

  it('is too large from one byte over the limit, as sent or inflated', async () => {
    const fits = JSON.stringify({ text: 'a' }).padEnd(100_000);
    expect((await post(fits)).status).toBe(200);
    expect((await post(gzipSync(fits), { 'Content-Encoding': 'gzip' })).status).toBe(200);
    await refused(413, 'payload_too_large', `${fits} `);
    await refused(413, 'payload_too_large', gzipSync(`${fits} `), { 'Content-Encoding': 'gzip' });
    await refused(413, 'payload_too_large', gzipSync(Buffer.alloc(50_000_000)), {
      'Content-Encoding': 'gzip',
    });
    await refused(413, 'payload_too_large', Buffer.alloc(20_000_000, 0x20));
  });

  it('is too large when it comes in chunks without a length and never ends', async () => {
    const chunk = `fa0\r\n${' '.repeat(4000)}\r\n`;
    const head =
      'POST /things/x HTTP/1.1\r\nHost: x\r\nAuthorization: admin\r\nTransfer-Encoding: chunked\r\n';
    const closing = 'Content-Type: application/json\r\nConnection: close\r\n\r\n';
    const { status, body } = parseAnswer(await rawExchange(app.url, head + closing + chunk.repeat(30)));
    expect([status, body]).toMatchObject([413, { code: 'payload_too_large' }]);
  });
});

describe('a value that is not what it should be', () => {
  it.each([
    ['an array for the object', '[]', 'body', 'must be an object'],
    ['null for the object', 'null', 'body', 'must be an object'],
    ['a string for the object', '"x"', 'body', 'must be an object'],
    ['an array for text', '{"text":["a"]}', 'text', 'must be text'],
    ['an object for text', '{"text":{"toString":1}}', 'text', 'must be text'],
    [
      'a number that no double holds',
      '{"count":9007199254740993}',
      'count',
      'must be 9007199254740991 or less',
    ],
    ['infinity', '{"ratio":1e400}', 'ratio', 'must be a number'],
    ['a fraction', '{"count":1.5}', 'count', 'must be a whole number'],
    ['a number as text', '{"count":"1"}', 'count', 'must be a number'],
    ['__proto__', '{"__proto__":{"text":"a"}}', '__proto__', 'is not known; remove it'],
    ['__proto__ inside', '{"tags":{"__proto__":"a"}}', 'tags.__proto__', 'is not known; remove it'],
    ['constructor', '{"constructor":{"prototype":{}}}', 'constructor', 'is not known; remove it'],
    ['NUL', '{"text":"a\\u0000b"}', 'text', 'must not contain the character NUL'],
    [
      'NUL deep inside',
      '{"list":[{"text":"\\u0000"}]}',
      'list[0].text',
      'must not contain the character NUL',
    ],
    [
      'NUL in a name',
      '{"tags":{"a\\u0000":"b"}}',
      'tags.a\ufffd',
      'has a name that must not contain the character NUL',
    ],
    [
      'half of a surrogate pair',
      '{"text":"\\ud800"}',
      'text',
      'must be well-formed Unicode; it has half of a surrogate pair',
    ],
    [
      'a surrogate pair the wrong way round',
      '{"text":"\\ude00\\ud83d"}',
      'text',
      'must be well-formed Unicode; it has half of a surrogate pair',
    ],
  ])('is named: %s', async (_name, body, path, message) => {
    const answer = await refused(422, 'validation_failed', body);
    expect(answer.body.errors).toEqual([{ path, message }]);
  });

  it('is answered in bounded size, however much is wrong', async () => {
    const many = JSON.stringify(Object.fromEntries(Array.from({ length: 9000 }, (_, n) => [`k${n}`, 1])));
    const answer = await refused(422, 'validation_failed', many);
    expect(answer.body.errors).toHaveLength(100);
    const long = await refused(422, 'validation_failed', JSON.stringify({ ['x'.repeat(90_000)]: 1 }));
    expect(long.text.length).toBeLessThan(1000);
  });

  it('is not refused for looking dangerous', async () => {
    for (const text of [
      "'; drop table x; --",
      '<script>',
      '../../etc',
      '😀',
      'é\u0301\u200b',
      'constructor',
      '\u001f',
    ]) {
      const answer = await post(JSON.stringify({ text }));
      expect(answer.body).toEqual({ text });
    }
  });
});

describe('a query', () => {
  const withQuery = (query: string) => post('{}', {}, `/things/x?${query}`);

  it('that is not valid UTF-8 in percent-encoding is malformed', async () => {
    for (const query of [
      'search=%',
      'search=%zz',
      'search=%ff',
      'search=%ED%A0%80',
      '%c3=1',
      'search=%C0%AE',
    ]) {
      expect((await withQuery(query)).body).toMatchObject({ status: 400, code: 'malformed_request' });
    }
  });

  it('with an unknown name, or a name twice, is not valid', async () => {
    for (const query of [
      'colour=1',
      'search=a&search=b',
      'search[]=a',
      'search[x]=a',
      '__proto__=a',
      '=a',
      '%00=a',
    ]) {
      expect((await withQuery(query)).status).toBe(422);
    }
    const twice = await withQuery('search=a&search=a');
    expect(twice.body.errors).toEqual([{ path: 'search', message: 'is given more than once; send it once' }]);
  });

  it('is decoded once, as forms write it', async () => {
    for (const [sent, meant] of [
      ['a+b%2Bc', 'a b+c'],
      ['%25C3', '%C3'],
      ['a=b', 'a=b'],
      ['', ''],
      ['%F0%9F%98%80', '😀'],
    ]) {
      await withQuery(`search=${sent}`);
      expect(kept.at(-1)).toMatchObject({ search: meant });
    }
    expect((await withQuery('search=%00')).status).toBe(422);
  });
});

describe('a path', () => {
  const line = (target: string, method = 'GET') =>
    rawExchange(
      app.url,
      `${method} ${target} HTTP/1.1\r\nHost: x\r\nAuthorization: admin\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`,
    ).then(parseAnswer);

  it.each([
    ['//livez', 404],
    ['/./livez', 404],
    ['/x/../livez', 404],
    ['/%2e%2e/livez', 404],
    ['/livez%00', 404],
    ['/livez;x=1', 404],
    ['/livez%2f', 404],
    ['\\livez', 400],
    ['*', 404],
    ['/%', 400],
    ['/%ff', 400],
    ['/livez#x', 400],
    ['/\xe9', 400],
    ['/things/%c3', 400],
    ['http://x:99999/', 404],
    ['http://[', 404],
    ['ftp://[/x', 404],
    ['http://other.example/livez', 200],
    ['/things/../x', 404],
    [`/${'a/'.repeat(5000)}`, 404],
  ])('%s answers without harm', async (target, status) => {
    expect((await line(target)).status).toBe(status);
  });

  it('with NUL in a parameter is not valid', async () => {
    const { body } = await line('/things/a%00b', 'POST');
    expect(body).toMatchObject({ code: 'malformed_request' });
    const answer = await post('{}', {}, '/things/a%00b');
    expect(answer.body.errors).toEqual([{ path: 'name', message: 'must not contain the character NUL' }]);
  });
});

describe('a method', () => {
  it('cannot be overridden by a header or a parameter', async () => {
    for (const name of ['X-HTTP-Method-Override', 'X-HTTP-Method', 'X-Method-Override']) {
      const answer = await request(app.url)
        .get('/things/x')
        .set({ Authorization: 'admin', [name]: 'POST' });
      expect(answer.status).toBe(405);
    }
    expect((await request(app.url).get('/things/x?_method=POST')).status).toBe(405);
  });
});

describe('an invalid HTTP request', () => {
  it.each([
    ['nonsense', 'hello\r\n\r\n', 400],
    ['an unknown method', 'FROB / HTTP/1.1\r\nHost: x\r\n\r\n', 400],
    ['no host', 'GET / HTTP/1.1\r\nConnection: close\r\n\r\n', 400],
    ['two hosts', 'GET /livez HTTP/1.1\r\nHost: x\r\nhost: y\r\nConnection: close\r\n\r\n', 400],
    ['HTTP/2.0 in the form of 1.1', 'GET /livez HTTP/2.0\r\nHost: x\r\nConnection: close\r\n\r\n', 400],
    ['HTTP/0.9', 'GET /livez\r\n\r\n', 400],
    ['a version that does not exist', 'GET / HTTP/9.9\r\nHost: x\r\n\r\n', 400],
    ['two lengths', 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab', 400],
    [
      'a length and chunks',
      'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
      400,
    ],
    ['a negative length', 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n', 400],
    ['a broken header', 'GET / HTTP/1.1\r\nHost: x\r\nX-Request-Id : a\r\n\r\n', 400],
    [
      'a header split by a bare newline',
      'GET / HTTP/1.1\r\nHost: x\r\nX-Request-Id: a\nSet-Cookie: b\rc\r\n\r\n',
      400,
    ],
    ['NUL in a header', 'GET / HTTP/1.1\r\nHost: x\r\nX-Request-Id: a\u0000b\r\n\r\n', 400],
    ['headers of 20 kB', `GET / HTTP/1.1\r\nHost: x\r\nX: ${'a'.repeat(20_000)}\r\n\r\n`, 431],
    ['CONNECT', 'CONNECT example.org:443 HTTP/1.1\r\nHost: example.org\r\n\r\n', 405],
    ['a target of 20 kB', `GET /${'a'.repeat(20_000)} HTTP/1.1\r\nHost: x\r\n\r\n`, 431],
  ])('is refused with a problem document: %s', async (_name, bytes, status) => {
    const answer = parseAnswer(await rawExchange(app.url, bytes));
    expect(answer.status).toBe(status);
    expect(answer.headers).toMatch(/^content-type: application\/problem\+json$/im);
    expect(answer.body).toMatchObject({ status, requestId: expect.any(String) });
    const { requestId, code } = answer.body as { requestId: string; code: string };
    await expect
      .poll(() => app.lines.filter((line) => line.requestId === requestId))
      .toMatchObject([
        { msg: 'request', status, problem: code, trace_id: expect.stringMatching(/^[0-9a-f]{32}$/) },
      ]);
  });

  it('is counted by its problem code', async () => {
    const counted = async () => {
      const text = await (await fetch(`${app.url}/metrics`)).text();
      return Number(
        /^http_server_requests_unreadable_total\{problem="headers_too_large"\} (\d+)$/m.exec(text)?.[1],
      );
    };
    const before = await counted();
    await rawExchange(app.url, `GET / HTTP/1.1\r\nHost: x\r\nX: ${'a'.repeat(20_000)}\r\n\r\n`);
    expect(await counted()).toBe(before + 1);
  });
});
