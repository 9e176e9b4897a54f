import { givenOrganization } from '@turnout/test-kit/given';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { matrix, onEveryService } from './matrix.ts';
import { ask } from './support/ask.ts';
import { commonRoutes, everyRoute, nameOf } from './support/every-route.ts';
import { services as allServices, type FourServices, startFourServices } from './support/four-services.ts';
import { type Caller, callers, callOf, idsFor, type MatrixLine, promised, titled } from './support/line.ts';
import { everythingStored } from './support/stored.ts';
import { givenTokens, type Tokens } from './support/tokens.ts';
import { givenPlace, type Place } from './support/world.ts';

let services: FourServices;
let here: Place;
/** Another event of the same organization. */
let elsewhere: Place;
/** An event of another organization. */
let abroad: Place;
let tokens: Tokens;
beforeAll(async () => {
  services = await startFourServices();
  const organization = await givenOrganization(services.owner);
  here = await givenPlace(services, organization);
  elsewhere = await givenPlace(services, organization);
  abroad = await givenPlace(services, await givenOrganization(services.owner));
  tokens = await givenTokens(here, elsewhere, abroad);
});
afterAll(() => services[Symbol.asyncDispose]());

describe.each(allServices)('the routes of %s', (service) => {
  it('all have a line in the matrix, and every line has a route', () => {
    const known = everyRoute[service].map(nameOf);
    expect(matrix[service].map(({ route }) => route).toSorted()).toEqual(known.toSorted());
  });
});

it('the routes that every service has all have a line, and every line has a route', () => {
  const lines = onEveryService.map(({ route }) => route);
  expect(lines.toSorted()).toEqual(commonRoutes.map(nameOf).toSorted());
});

const isRefused = (each: MatrixLine, caller: Caller) => promised(each, caller) >= 400;

describe('who may not', () => {
  let before: Record<string, string>;
  beforeAll(async () => {
    before = await everythingStored(services.owner);
  });

  it.each(titled(matrix))('%s: is refused, and nothing changes', async (_title, service, each) => {
    const refused = callers.filter((caller) => isRefused(each, caller));
    const answers = await Promise.all(
      refused.map(async (caller) => {
        const { target, ...call } = callOf(each, here.ids);
        const url = services.urls[service] + target;
        const { status, headers, body } = await ask({ ...call, url, token: tokens[caller] });
        return { caller, status, type: headers['content-type'], claimed: body?.status };
      }),
    );
    const type = 'application/problem+json';
    expect(answers).toEqual(
      refused.map((caller) => {
        const status = promised(each, caller);
        return { caller, status, type, claimed: status };
      }),
    );
    const after = await everythingStored(services.owner);
    const was = before;
    before = after; // what one line changes is no fault of the next
    expect(after).toEqual(was);
  });
});

describe('who may', () => {
  it.each(titled(matrix))('%s: is answered', async (_title, service, each) => {
    for (const caller of callers.filter((name) => !isRefused(each, name))) {
      const place = { stranger: abroad, elsewhere }[caller as string] ?? here;
      for (const body of each.bodies.length === 0 ? [undefined] : each.bodies) {
        const ids = await idsFor(each, place, tokens[caller] ?? '');
        const { target, ...call } = callOf(each, ids, { body: body?.(ids) });
        const answer = await ask({ ...call, url: services.urls[service] + target, token: tokens[caller] });
        expect({ caller, status: answer.status, text: answer.text }).toMatchObject({ status: each.gives });
      }
    }
  });
});

describe('a list without a name in its path', () => {
  const isList = ({ scope }: MatrixLine) => scope === 'filtered';
  it.each(titled(matrix, isList))('%s: shows each caller what is theirs', async (_title, service, each) => {
    const shown = async (caller: Caller) => {
      const { target, ...call } = callOf(each, here.ids);
      const url = `${services.urls[service]}${target}`;
      return (await ask({ ...call, url, token: tokens[caller] })).text;
    };
    const holds = (text: string, { ids }: Place) =>
      Object.entries(ids).some(([name, id]) => name !== 'part' && name !== 'file' && text.includes(id));
    const seenBy = async (caller: Caller) => {
      const text = await shown(caller);
      return { here: holds(text, here), elsewhere: holds(text, elsewhere), abroad: holds(text, abroad) };
    };
    expect(await seenBy('admin')).toEqual({ here: true, elsewhere: true, abroad: false });
    expect(await seenBy('elsewhere')).toEqual({ here: false, elsewhere: true, abroad: false });
    expect(await seenBy('stranger')).toEqual({ here: false, elsewhere: false, abroad: true });
  });
});

describe('everybody who may', () => {
  it.each(allServices)('asks %s how it is', async (service) => {
    for (const each of onEveryService) {
      for (const caller of callers) {
        const { target, ...call } = callOf(each, here.ids);
        const { status } = await ask({
          ...call,
          url: services.urls[service] + target,
          token: tokens[caller],
        });
        // The broker is away, and who needs it to do its work is not ready.
        const notReady = each.route === 'GET /readyz' && service === 'notifier';
        expect({ route: each.route, caller, status }).toEqual({
          route: each.route,
          caller,
          status: notReady ? 503 : promised(each, caller),
        });
      }
    }
  });
});
