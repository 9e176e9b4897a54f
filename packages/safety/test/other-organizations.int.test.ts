import { newId } from '@turnout/runtime/ids';
import { givenOrganization } from '@turnout/test-kit/given';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { matrix } from './matrix.ts';
import { type Answer, ask, visible } from './support/ask.ts';
import { everyRoute, nameOf } from './support/every-route.ts';
import { type FourServices, type Service, startFourServices } from './support/four-services.ts';
import { callOf, idsFor, type MatrixLine, titled } from './support/line.ts';
import { everythingStored } from './support/stored.ts';
import { givenPlace, type Ids, limitedToken, type Place } from './support/world.ts';

let services: FourServices;
let home: Place;
/** Who asks, where they are at home, and what is none of their business. */
let views: { what: string; token: string; home: Place; foreign: Place }[];
beforeAll(async () => {
  services = await startFourServices();
  const organization = await givenOrganization(services.owner);
  home = await givenPlace(services, organization);
  const nextDoor = await givenPlace(services, organization);
  const abroad = await givenPlace(services, await givenOrganization(services.owner));
  views = [
    { what: 'another organization', token: organization.tokens.admin, home, foreign: abroad },
    { what: 'another event', token: await limitedToken(home), home, foreign: nextDoor },
  ];
});
afterAll(() => services[Symbol.asyncDispose]());

/** Ids of nothing, in the form that each has. */
const nothing = (ids: Ids): Ids =>
  Object.fromEntries(
    Object.entries(ids).map(([name]) => [name, name === 'accessCode' ? 'CODE0000000000000000' : newId()]),
  ) as unknown as Ids;

const isForAdmins = ({ may }: MatrixLine) => may.includes('admin');
const closed = (each: MatrixLine, what: string) => what === 'another event' && each.scope === 'organization';

async function call(
  service: Service,
  each: MatrixLine,
  ids: Ids,
  options: { token: string; body?: object; query?: object },
) {
  const { target, ...rest } = callOf(each, ids, { body: options.body });
  const url = new URL(services.urls[service] + target);
  for (const [name, value] of Object.entries(options.query ?? {})) url.searchParams.set(name, value);
  return await ask({ ...rest, url: url.href, token: options.token });
}

describe('an id in a path', () => {
  let before: Record<string, string>;
  beforeAll(async () => {
    before = await everythingStored(services.owner);
  });

  const named = titled(matrix, (each) => each.parameters.length > 0 && isForAdmins(each));
  it.each(named)(
    '%s: of others is answered like one that does not exist, and nothing changes',
    async (_title, service, each) => {
      for (const { what, token, home, foreign } of views.filter((view) => !closed(each, view.what))) {
        // Each alone among ids of one's own, and all together.
        for (const replaced of [...each.parameters.map((name) => [name]), each.parameters]) {
          const pick = (from: Ids): Ids => ({
            ...home.ids,
            ...Object.fromEntries(replaced.map((name) => [name, from[name]])),
          });
          const body = each.bodies[0]?.(home.ids);
          const sent = { token, ...(body && { body }) };
          const missing = await call(service, each, pick(nothing(home.ids)), sent);
          expect({ what, replaced, status: missing.status }).toEqual({ what, replaced, status: 404 });
          const theirs = pick(foreign.ids);
          for (const ids of [theirs, upperCase(theirs)]) {
            const answer = await call(service, each, ids, sent);
            expect({ what, replaced, ...visible(answer) }).toEqual({ what, replaced, ...visible(missing) });
          }
        }
      }
      const after = await everythingStored(services.owner);
      const was = before;
      before = after; // what one line changes is no fault of the next
      expect(after).toEqual(was);
    },
  );
});

/** UUIDs mean the same in capitals; an access code does not. */
function upperCase(ids: Ids): Ids {
  return Object.fromEntries(
    Object.entries(ids).map(([name, id]) => [name, name === 'accessCode' ? id : id.toUpperCase()]),
  ) as unknown as Ids;
}

describe('an id in a body', () => {
  const withBody = titled(matrix, (each) => idsIn(each).length > 0);
  it.each(withBody)(
    '%s: of others is answered like one that does not exist',
    async (_title, service, each) => {
      for (const { what, token, home, foreign } of views.filter((view) => !closed(each, view.what))) {
        for (const [form, name] of idsIn(each)) {
          const ids = await idsFor(each, home, token);
          const withId = async (id: string) =>
            await call(service, each, ids, { token, body: form({ ...ids, [name]: id }) });
          const missing = await withId(nothing(home.ids)[name]);
          const theirs = await withId(foreign.ids[name]);
          expect({ what, name, ...masked(theirs) }).toEqual({ what, name, ...masked(missing) });
          const text = theirs.text.replaceAll(foreign.ids[name], '');
          const { part: _part, file: _file, ...theirIds } = foreign.ids;
          for (const id of Object.values(theirIds)) expect(text).not.toContain(id);
          const mine = await withId(ids[name]);
          expect({ what, name, ...masked(mine) }).not.toEqual({ what, name, ...masked(missing) });
        }
      }
    },
  );
});

/** Apart from ids and times, which differ in each answer. */
function masked(answer: Answer): object {
  const text = JSON.stringify(visible(answer));
  return JSON.parse(
    text
      .replaceAll(/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, 'id')
      .replaceAll(/CODE[0-9A-F]{16}/g, 'code')
      .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'time')
      .replaceAll(/"content-length":"\d+"/g, '"content-length":""'),
  ) as object;
}

const someIds: Ids = new Proxy({} as Ids, { get: (_target, name) => `<${String(name)}>` });

/** The ids that each form of a body holds, by what they are. */
function idsIn({ bodies }: MatrixLine): [form: (ids: Ids) => object, name: keyof Ids][] {
  return bodies.flatMap((form) => {
    const names = [...JSON.stringify(form(someIds)).matchAll(/"<(\w+)>"/g)].map(
      ([, name]) => name as keyof Ids,
    );
    return [...new Set(names)].map((name): [(ids: Ids) => object, keyof Ids] => [form, name]);
  });
}

describe('an id in a filter', () => {
  const filtered = titled(matrix, ({ filters }) => filters !== undefined);
  it.each(filtered)(
    '%s: of others finds what one that does not exist finds',
    async (_title, service, each) => {
      for (const { what, token, home, foreign } of views) {
        for (const name of Object.keys(each.filters?.(home.ids) ?? {})) {
          const withFilter = async (ids: Ids) => {
            const value = each.filters?.(ids)[name];
            return await call(service, each, home.ids, { token, query: { [name]: value } });
          };
          const missing = await withFilter(nothing(home.ids));
          const theirs = await withFilter(foreign.ids);
          expect({ what, name, ...masked(theirs) }).toEqual({ what, name, ...masked(missing) });
          expect(masked(await withFilter(home.ids))).not.toEqual(masked(missing));
        }
      }
    },
  );
});

describe('a cursor', () => {
  const lists = titled(matrix, (each) => each.method === 'GET' && 'cursor' in queryOf(each));
  it.each(lists)(
    '%s: of another organization, or of another list, is refused',
    async (_title, service, each) => {
      const [abroad] = views.filter(({ what }) => what === 'another organization');
      if (!abroad) throw new Error('there is no other organization');
      const { token, home, foreign } = abroad;
      const theirToken = foreign.organization.tokens.admin;
      const theirs = await call(service, each, foreign.ids, { token: theirToken, query: { limit: '1' } });
      const cursor = theirs.body.nextCursor;
      expect(cursor).toEqual(expect.any(String));
      const goesOn = await call(service, each, foreign.ids, { token: theirToken, query: { cursor } });
      expect(goesOn.status).toBe(200);

      const madeUp = await call(service, each, home.ids, { token, query: { cursor: 'made-up' } });
      expect(madeUp.body).toMatchObject({ status: 422, errors: [{ path: 'cursor' }] });
      const foreignCursor = await call(service, each, home.ids, { token, query: { cursor } });
      expect(visible(foreignCursor)).toEqual(visible(madeUp));
      const [, otherService, other] = lists.find(([, , list]) => list !== each) ?? lists[0] ?? [];
      if (!other || !otherService) throw new Error('there is no other list');
      const ofOther = await call(otherService, other, home.ids, { token, query: { limit: '1' } });
      const misplaced = await call(service, each, home.ids, {
        token,
        query: { cursor: ofOther.body.nextCursor },
      });
      expect(visible(misplaced)).toEqual(visible(madeUp));
    },
  );
});

it('a scanId of others is as good as a new one', async () => {
  const scanId = newId();
  for (const { home, foreign } of views) {
    for (const { ids, organization } of [foreign, home]) {
      const url = `${services.urls.checkin}/v1/events/${ids.eventId}/check-ins`;
      const body = { scanId, accessCode: ids.accessCode };
      const scan = await ask({ method: 'POST', url, token: organization.tokens.front_desk, body });
      if (scan.headers['idempotent-replayed'] === undefined) expect(scan.status).toBe(201);
      expect(scan.body.enrollment.id).toBe(ids.enrollmentId);
    }
  }
});

/** The query parameters of a line's route. */
function queryOf({ route }: MatrixLine): object {
  return (
    Object.values(everyRoute)
      .flat()
      .find((known) => nameOf(known) === route)?.query.shape ?? {}
  );
}

/** Ids that clients make, to name what they send. */
const chosen = ['scanId', 'importId'];

describe('the examples of the matrix', () => {
  const all = Object.values(everyRoute).flat();
  it.each(all.map((route) => [nameOf(route), route] as const))(
    'name every id that %s takes',
    (name, route) => {
      const each = Object.values(matrix)
        .flat()
        .find((known) => known.route === name);
      const inQuery = idsOf(z.object({ ...route.query.shape })).filter((field) => !chosen.includes(field));
      expect(Object.keys(each?.filters?.(home.ids) ?? {}).toSorted()).toEqual(inQuery);
      const inBody = route.mediaType === null ? idsOf(route.body) : [];
      const sent = JSON.stringify(each?.bodies.map((form) => form(someIds)) ?? []);
      for (const field of inBody.filter((each) => !chosen.includes(each)))
        expect(sent).toMatch(new RegExp(`"${field}":\\[?"<`));
    },
  );

  /** The names of what a schema takes as an id, at any depth. */
  function idsOf(schema: z.ZodType): string[] {
    const found = new Set<string>();
    const walk = (value: unknown, name: string) => {
      if (typeof value !== 'object' || value === null) return;
      if ((value as { format?: string }).format === 'uuid') found.add(name);
      const { properties, ...rest } = value as { properties?: object };
      for (const [property, inner] of Object.entries(properties ?? {})) walk(inner, property);
      for (const inner of Object.values(rest)) walk(inner, name);
    };
    walk(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }), '');
    return [...found].toSorted();
  }
});
