import { gzipSync } from 'node:zlib';
import type { Route } from '@turnout/runtime/http/route';
import { givenOrganization } from '@turnout/test-kit/given';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { matrix } from './matrix.ts';
import { type Answer, ask } from './support/ask.ts';
import { everyRoute, nameOf } from './support/every-route.ts';
import { findMarks } from './support/find-marks.ts';
import { type FourServices, type Service, startFourServices } from './support/four-services.ts';
import {
  hostileText,
  impossibleText,
  inside,
  noCount,
  noId,
  noText,
  noTime,
} from './support/hostile-values.ts';
import { jsonWith, leavesOf, type Path } from './support/leaves.ts';
import { callOf, idsFor, type MatrixLine, titled } from './support/line.ts';
import { everythingStored } from './support/stored.ts';
import { givenPlace, type Ids, type Place } from './support/world.ts';

let services: FourServices;
let place: Place;
let token: string;
beforeAll(async () => {
  services = await startFourServices();
  place = await givenPlace(services, await givenOrganization(services.owner));
  token = place.organization.tokens.admin;
});
afterAll(() => services[Symbol.asyncDispose]());

const writes = titled(matrix, ({ method, csv }) => method !== 'GET' && csv === undefined);
const withBody = titled(matrix, ({ bodies }) => bodies.length > 0);

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const TIME = /^\d{4}-\d\d-\d\dT/;
/** What takes any text stays what it is when it is told from an id or a time by its looks. */
const anyText: Path = ['accessCode', 'externalId'];
const isText = ({ path, value }: Leaf) =>
  typeof value === 'string' &&
  (anyText.includes(path.at(-1) ?? '') || !(UUID.test(value) || TIME.test(value)));
const isId = (leaf: Leaf) => typeof leaf.value === 'string' && UUID.test(leaf.value) && !isText(leaf);
const isTime = (leaf: Leaf) => typeof leaf.value === 'string' && TIME.test(leaf.value) && !isText(leaf);
type Leaf = ReturnType<typeof leavesOf>[number];

function routeOf({ route }: MatrixLine): Route<never> {
  const found = Object.values(everyRoute)
    .flat()
    .find((known) => nameOf(known) === route);
  if (!found) throw new Error(`there is no ${route}`);
  return found;
}

async function send(service: Service, each: MatrixLine, ids: Ids, body: string | Uint8Array, headers = {}) {
  const { target, method } = callOf(each, ids);
  const json = { 'content-type': 'application/json', ...headers };
  const answer = await ask({ method, url: services.urls[service] + target, token, body, headers: json });
  expectCivil(answer, body);
  return answer;
}

function expectCivil({ status, headers, text, body }: Answer, sent: unknown): void {
  expect({ sent, status, ok: status < 500 }).toMatchObject({ ok: true });
  if (status < 400) return;
  expect(headers['content-type']).toBe('application/problem+json');
  expect(body).toMatchObject({ status, code: expect.any(String), detail: expect.stringMatching(/\.$/) });
  expect(text).not.toMatch(/sequelize|postgres|zod|node_modules|\.ts:\d/i);
}

/** A batch answers each of its scans by itself. */
function statusesOf({ status, body }: Answer): number[] {
  const results = body?.results as { status: number }[] | undefined;
  return results === undefined ? [status] : results.map((result) => result.status);
}

/** Every form of a body, and every value in it. */
function* eachLeaf(each: MatrixLine, ids: Ids): Generator<{ body: object } & Leaf> {
  for (const form of each.bodies) {
    const body = form(ids);
    for (const leaf of leavesOf(body)) yield { body, ...leaf };
  }
}

describe('a body that cannot be read', () => {
  const unreadable: [what: string, body: string | Uint8Array, headers?: Record<string, string>][] = [
    ['half of an object', '{"reason":'],
    ['two values', '{}{}'],
    ['a trailing comma', '{"reason":"abc",}'],
    ['NaN', '{"reason":NaN}'],
    ['a name twice', '{"reason":"abc","reason":"abd"}'],
    ['blanks', '   '],
    ['a form', 'reason=abc'],
    ['deep nesting', `${'['.repeat(40_000)}${']'.repeat(40_000)}`],
    ['deep nesting of objects', `${'{"a":'.repeat(5_000)}1${'}'.repeat(5_000)}`],
    ['invalid UTF-8', Buffer.from('{"reason":"\xff\xfe"}', 'latin1')],
    ['an overlong slash', Buffer.from('{"reason":"\xc0\xaf"}', 'latin1')],
    ['UTF-16', Buffer.from('{"reason":"abc"}', 'utf16le')],
    ['a text', '{"reason":"abc"}', { 'content-type': 'text/plain' }],
    ['a form that says so', 'reason=abc', { 'content-type': 'application/x-www-form-urlencoded' }],
    ['many parts', '--x--', { 'content-type': 'multipart/form-data; boundary=x' }],
    ['another charset', '{"reason":"abc"}', { 'content-type': 'application/json; charset=utf-7' }],
    ['two charsets', '{}', { 'content-type': 'application/json; charset=utf-8; charset=latin1' }],
    ['an encoding that is not known', '{}', { 'content-encoding': 'br' }],
    ['gzip that is none', '{}', { 'content-encoding': 'gzip' }],
    ['half of a gzip', gzipSync('{"reason":"abc"}').subarray(0, -5), { 'content-encoding': 'gzip' }],
  ];
  const bomb = gzipSync(Buffer.alloc(30_000_000, 0x20));

  it.each(writes)('%s: is refused, and nothing changes', async (_title, service, each) => {
    const before = await everythingStored(services.owner);
    const route = routeOf(each);
    const expected: [status: number, ...(typeof unreadable)[number]][] = [
      ...unreadable.map((row) => [400, ...row] as [number, ...typeof row]),
      [413, 'a little gzip that is large inside', bomb, { 'content-encoding': 'gzip' }],
      [413, 'a byte too much', ' '.repeat(route.bodyLimit + 1)],
      ...['[]', 'null', '"x"', '0', '[{}]'].map((json): [number, string, string] => [422, json, json]),
    ];
    if (!route.bodyOptional) expected.push([400, 'nothing', '']);
    const answers = await Promise.all(
      expected.map(async ([, what, body, headers]) => {
        const { status } = await send(service, each, place.ids, body, headers);
        return [status, what];
      }),
    );
    expect(answers).toEqual(expected.map(([status, what]) => [status, what]));
    expect(await everythingStored(services.owner)).toEqual(before);
  });
});

describe('a value of another kind', () => {
  it.each(withBody)('%s: is refused where it stands', async (_title, service, each) => {
    for (const { body, ...leaf } of eachLeaf(each, place.ids)) {
      const wrong = wrongFor(leaf);
      const answers = await Promise.all(
        wrong.map(async (json) => {
          const answer = await send(service, each, place.ids, jsonWith(body, leaf.path, json));
          return { json: json.slice(0, 60), statuses: statusesOf(answer) };
        }),
      );
      // What a scanner read may be anything that can be kept.
      const isCode = leaf.path.at(-1) === 'accessCode' && service === 'checkin';
      const refused = answers.filter(({ statuses }) => !(isCode && statuses[0] === 404));
      expect({ path: leaf.path, refused }).toEqual({
        path: leaf.path,
        refused: refused.map(({ json }) => ({ json, statuses: [422] })),
      });
    }
  });

  function wrongFor(leaf: Leaf): string[] {
    const { path, value } = leaf;
    // Reasons may have several lines.
    const textToo = impossibleText.filter((json) => path.at(-1) !== 'reason' || !json.includes('\\r\\n'));
    return [
      ...(typeof value === 'string' ? noText : []),
      ...(typeof value === 'number' ? noCount : []),
      ...(typeof value === 'boolean' ? ['"true"', '0', '[]', '{}'] : []),
      ...(isId(leaf) ? noId : []),
      ...(isTime(leaf) ? noTime : []),
      ...(isText(leaf) ? textToo : []),
    ];
  }

  it.each(withBody)('%s: what is set inside only is not known outside', async (_title, service, each) => {
    for (const form of each.bodies) {
      const body = JSON.stringify(form(place.ids)).slice(1);
      const answers = await Promise.all(
        inside.map((name) => send(service, each, place.ids, `{"${name}":"x",${body}`)),
      );
      const message = 'is not known; remove it';
      for (const [index, path] of inside.entries()) {
        expect(answers[index]?.body.errors).toContainEqual({ path, message });
      }
    }
  });
});

describe('text that looks dangerous', () => {
  const MARK = /zz\d+zz/;
  let marks = 0;
  const sent = new Map<string, { text: string; route: string; path: Path; kept: boolean }>();

  it.each(withBody)('%s: is taken as what it is, or refused', async (_title, service, each) => {
    const places = each.bodies.flatMap((form) =>
      leavesOf(form(place.ids))
        .filter(isText)
        .map(({ path }) => ({ form, path })),
    );
    for (const { form, path } of places) {
      await Promise.all(
        hostileText.map(async (write) => {
          const ids = await idsFor(each, place, token);
          marks += 1;
          const mark = `zz${marks}zz`;
          const text = write(mark);
          const body = form(ids);
          const answer = await send(service, each, ids, jsonWith(body, path, JSON.stringify(text)));
          const accepted = statusesOf(answer).every((status) => status < 300);
          // What only looks for something writes it nowhere.
          const looksOnly = 'dryRun' in body || each.route.endsWith('/annulments');
          sent.set(mark, { text, route: each.route, path, kept: accepted && !looksOnly });
        }),
      );
    }
  });

  it('and wherever it was kept, it is what was sent', async () => {
    const stored = await findMarks(services.owner, MARK);
    expect(stored.size).toBeGreaterThan(100);
    for (const [mark, { text, route, path, kept }] of sent) {
      // Reasons are kept without blanks around them.
      const wanted = path.at(-1) === 'reason' ? text.trim() : text;
      const values = stored.get(mark) ?? [];
      const where = { route, path, wanted };
      expect({ ...where, other: values.filter((value) => !value.includes(wanted)) }).toEqual({
        ...where,
        other: [],
      });
      if (kept) expect({ ...where, values }).toMatchObject({ values: expect.arrayContaining([wanted]) });
    }
  });
});

describe('an instant that a clock skips, or shows twice', () => {
  it('is the instant that its offset says', async () => {
    const url = `${services.urls.admin}/v1/events`;
    for (const startsAt of [
      '2026-03-29T02:30:00+01:00',
      '2026-03-29T02:30:00+02:00',
      '2026-10-25T02:30:00+02:00',
      '2026-10-25T02:30:00+01:00',
      '2026-12-31T23:59:59.999-12:00',
    ]) {
      const endsAt = new Date(Date.parse(startsAt) + 3_600_000).toISOString();
      const body = {
        name: 'Clock',
        timeZone: 'Europe/Berlin',
        startsAt,
        endsAt,
        attendanceRequirement: { type: 'any_day' },
      };
      const answer = await ask({ method: 'POST', url, token, body });
      expect([startsAt, answer.status]).toEqual([startsAt, 201]);
      expect(answer.body.startsAt).toBe(new Date(startsAt).toISOString());
    }
  });
});

describe('a parameter', () => {
  const badLimits = ['-1', '0', '201', '1e2', '1.0', '0x10', ' 1', '١', '9'.repeat(400), '', 'NaN', '[]'];
  const badValues = ["' or 1=1 --", 'a'.repeat(5_000), '{"$gt":""}', '\u202e', ''];
  const unknown = ['colour=red', 'limit[]=1', 'limit[$gt]=1', '__proto__=1', 'constructor=1', '%00=1', '=1'];

  it.each(titled(matrix, ({ method }) => method === 'GET'))(
    '%s: of a query is what it should be, or refused',
    async (_title, service, each) => {
      const { target } = callOf(each, place.ids);
      const [path = '', query = ''] = target.split('?');
      const asked = async (...parts: string[]) => {
        const url = `${services.urls[service]}${path}?${parts.join('&')}`;
        const answer = await ask({ method: 'GET', url, token });
        expectCivil(answer, url);
        return { parts, status: answer.status };
      };
      const names = Object.keys(routeOf(each).query.shape);
      const without = (name: string) => query.replace(new RegExp(`&?${name}=[^&]*`), '');
      const refused = await Promise.all([
        ...unknown.map((part) => asked(query, part)),
        ...names.map((name) => asked(without(name), `${name}=a`, `${name}=a`)),
        ...names.map((name) => asked(without(name), `${name}=a%00b`)),
        ...(names.includes('limit') ? badLimits : []).map((value) =>
          asked(query, `limit=${encodeURIComponent(value)}`),
        ),
      ]);
      expect(refused.filter(({ status }) => status !== 422)).toEqual([]);
      const others = await Promise.all(
        names.flatMap((name) =>
          badValues.map((value) => asked(without(name), `${name}=${encodeURIComponent(value)}`)),
        ),
      );
      expect(others.filter(({ status }) => status !== 422 && status !== 200)).toEqual([]);
    },
  );

  it.each(titled(matrix, ({ parameters }) => parameters.length > 0))(
    '%s: of a path is an id, or there is no such thing',
    async (_title, service, each) => {
      const body = each.bodies[0]?.(place.ids);
      for (const name of each.parameters) {
        const values = ["' or 1=1 --", '%00', `${place.ids[name]} `, '٣', 'a'.repeat(3_000), '\0'];
        const answers = await Promise.all(
          values.map(async (value) => {
            const { target, ...sent } = callOf(each, { ...place.ids, [name]: value }, { body });
            const answer = await ask({ ...sent, url: services.urls[service] + target, token });
            expectCivil(answer, target);
            return { value, status: answer.status };
          }),
        );
        const wrong = ['accessCode', 'file'].includes(name) ? [404, 422] : [422];
        expect(answers.filter(({ status }) => !wrong.includes(status))).toEqual([]);
      }
    },
  );
});
