import { createHmac } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Role } from '@turnout/contracts/http/tokens';
import { MINUTE } from '@turnout/runtime/durations';
import { openJsonFetcher } from '@turnout/runtime/fetch-json';
import { isRefusal } from '@turnout/runtime/http/reply';
import type { Db } from '@turnout/runtime/postgres';
import { openTestDb } from '@turnout/test-kit/open-test-db';
import { startIdentityProvider, type TestIdentityProvider } from '@turnout/test-kit/start-identity-provider';
import { createTestDatabase, type TestDatabase } from '@turnout/test-kit/test-database';
import { waitUntil } from '@turnout/test-kit/wait-until';
import { importJWK, type JWTHeaderParameters, SignJWT } from 'jose';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { AccessConfig } from '../src/access-config.ts';
import { actorOf } from '../src/actor-of.ts';
import { guardRoutes, type RouteGuards } from '../src/guard-routes.ts';
import { openProviderKeys } from '../src/identity/provider-keys.ts';
import { userAuthenticator } from '../src/identity/user-authenticator.ts';
import { ensureOrganization, issueToken } from '../src/issue-token.ts';

const logger = { info: () => undefined, warn: () => undefined };
const patient = { failedSignIns: { most: 10_000, windowMs: MINUTE } };
const people = {
  ada: { groups: ['staff', 'committee'] },
  grace: { groups: ['committee', 'desk'] },
  'alan@example.org': { groups: ['desk'] },
  nobody: { groups: ['staff-of-others'] },
  kurt: { groups: '__proto__' },
  rosa: { realm: { roles: ['office'] } },
};
const roles: Record<string, Role> = {
  staff: 'admin',
  committee: 'auditor',
  desk: 'front_desk',
  office: 'supervisor',
};

let database: TestDatabase;
let db: Db;
let organizationId: string;
let provider: TestIdentityProvider;
let guards: RouteGuards;

beforeAll(async () => {
  database = await createTestDatabase();
  db = openTestDb(database.url);
  organizationId = await ensureOrganization(db, 'acme');
  provider = await startIdentityProvider({ people });
  await givenProvider(organizationId, {});
});
afterAll(async () => {
  await db?.[Symbol.asyncDispose]();
  await database?.drop();
  await provider?.[Symbol.asyncDispose]();
});
beforeEach(() => {
  guards = openGuards();
});
afterEach(async () => {
  provider.behave = null;
  await guards[Symbol.asyncDispose]();
});

function openGuards(access: Partial<AccessConfig> = {}): RouteGuards {
  return guardRoutes({
    db,
    name: 'test',
    logger,
    access: { ...patient, providerNetworks: 'any', ...access },
  });
}

async function givenProvider(
  organization: string,
  { audience = provider.audience, rolesClaim = 'groups', algorithms = ['ES256', 'RS256'] },
): Promise<void> {
  await db.query(
    `insert into access.identity_providers (organization_id, issuer, audience, roles_claim, roles, algorithms)
     values ($1, $2, $3, $4, $5::jsonb, $6)
     on conflict (organization_id) do update set audience = $3, roles_claim = $4, roles = $5::jsonb, algorithms = $6`,
    [organization, provider.issuer, audience, rolesClaim, JSON.stringify(roles), algorithms],
  );
}

/** The principal that a JWT gives, or the code of the problem. */
async function whoIs(jwt: string, by = guards) {
  const found = await by.authenticate(`Bearer ${jwt}`, {
    params: {},
    address: () => '192.0.2.1',
    believeRecent: false,
  });
  return isRefusal(found) ? found.problem : found.principal;
}

/** What the provider could sign, and would not. */
async function signed(
  changes: Record<string, unknown> = {},
  header: Partial<JWTHeaderParameters> = {},
  key: object = provider.key,
) {
  const now = Math.floor(Date.now() / 1000);
  const claims = {
    iss: provider.issuer,
    aud: provider.audience,
    sub: 'ada',
    iat: now,
    exp: now + 60,
    groups: ['staff'],
    ...changes,
  };
  return await new SignJWT(JSON.parse(JSON.stringify(claims)))
    .setProtectedHeader({ alg: 'ES256', kid: provider.key.kid, ...header })
    .sign(await importJWK(key, 'ES256'), header.crit ? { crit: { 'urn:example:x': true } } : {});
}

describe('somebody whom the identity provider vouches for', () => {
  it('is who it says, with the mightiest of the roles it gives them, always under the same id', async () => {
    const ada = await whoIs(await provider.signIn('ada'));
    expect(ada).toMatchObject({ organizationId, role: 'admin', eventIds: null, subject: 'ada' });
    expect(await whoIs(await provider.signIn('ada'))).toEqual(ada);
    expect(await whoIs(await provider.signIn('grace'))).toMatchObject({ role: 'auditor' });
    if (typeof ada === 'string') throw new Error(ada);
    expect(actorOf(ada)).toEqual({ type: 'user', id: 'ada', label: new URL(provider.issuer).host });
    expect(ada.tokenId).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-/);
  });

  it('is not named by an e-mail address in what is kept', async () => {
    const alan = await whoIs(
      await signed({ sub: 'alan@example.org', groups: ['desk'], email: 'alan@example.org', name: 'Alan' }),
    );
    expect(alan).toMatchObject({ role: 'front_desk' });
    expect(JSON.stringify(alan)).not.toMatch(/alan/i);
  });

  it('hears 403 when it gives them no role here, and whatever the claim is called', async () => {
    expect(await whoIs(await provider.signIn('nobody'))).toBe('forbidden');
    expect(await whoIs(await provider.signIn('kurt'))).toBe('forbidden');
    expect(await whoIs(await signed({ groups: { staff: true } }))).toBe('forbidden');
  });

  it('may have their roles deep in a claim', async () => {
    const other = await ensureOrganization(db, 'deep');
    await givenProvider(other, { audience: 'deep', rolesClaim: 'realm.roles' });
    const rosa = await whoIs(await signed({ ...people.rosa, aud: 'deep', sub: 'rosa' }));
    expect(rosa).toMatchObject({ organizationId: other, role: 'supervisor' });
  });
});

describe('a JWT does not let anybody in', () => {
  const now = () => Math.floor(Date.now() / 1000);
  const cases: [string, () => Promise<string> | string][] = [
    ['for another audience', () => signed({ aud: 'https://other.example.org' })],
    ['of another issuer', () => signed({ iss: 'https://login.example.org' })],
    ['of an issuer with a slash more', () => signed({ iss: `${provider.issuer}/` })],
    ['of an issuer that PostgreSQL could not keep', () => signed({ iss: 'https://\u0000' })],
    ['without an issuer', () => signed({ iss: undefined })],
    ['without an audience', () => signed({ aud: undefined })],
    ['that has expired', () => signed({ exp: now() - 120 })],
    ['that never expires', () => signed({ exp: undefined })],
    ['that is not valid yet', () => signed({ nbf: now() + 120 })],
    ['made in the future', () => signed({ iat: now() + 120 })],
    ['of nobody', () => signed({ sub: undefined })],
    ['of a number', () => signed({ sub: 7 })],
    ['bound to a key of its sender', () => signed({ cnf: { jkt: 'x' } })],
    ['of another type', () => signed({}, { typ: 'logout+jwt' })],
    ['signed with a key of its own', () => signed({}, {}, forged)],
    ['that brings its own key', () => signed({}, { jwk: publicOf(forged) }, forged)],
    [
      'that says where its key is',
      () => signed({}, { jku: `${provider.issuer}/mine`, x5u: `${provider.issuer}/mine` }, forged),
    ],
    ['with a key that does not exist', () => signed({}, { kid: 'made up' })],
    [
      'with something critical that nobody knows',
      () => signed({}, { crit: ['urn:example:x'], 'urn:example:x': true }),
    ],
    ['without a signature', async () => `${encode({ alg: 'none' })}.${(await signed()).split('.')[1]}.`],
    [
      'without a signature, but with dots',
      async () => `${encode({ alg: 'none' })}.${(await signed()).split('.')[1]}.AA`,
    ],
    ['signed with the public key as a secret', async () => hmac((await signed()).split('.')[1] ?? '')],
    ['with an algorithm that the organization does not allow', () => signed({ aud: 'strict' })],
    [
      'that was changed',
      async () =>
        (await signed()).replace(
          /\.[^.]+\./,
          `.${encode({ iss: provider.issuer, aud: provider.audience, sub: 'eve', exp: now() + 60, groups: ['staff'] })}.`,
        ),
    ],
    ['that is huge', () => signed({ padding: 'x'.repeat(9_000) })],
    ['whose payload is no object', () => `${encode({ alg: 'ES256' })}.${encode([])}.AA`],
    ['that is nonsense', () => 'eyJ.eyJ.eyJ'],
  ];
  let forged: object;
  beforeAll(async () => {
    forged = (await startedAndStopped()).key;
    await givenProvider(await ensureOrganization(db, 'strict'), {
      audience: 'strict',
      algorithms: ['RS256'],
    });
  });

  it.each(cases)('%s', async (_what, make) => {
    const asked = provider.asked.length;
    expect(await whoIs(await make())).toBe('unauthenticated');
    expect(provider.asked.slice(asked)).not.toContain('/mine');
    expect(await whoIs(await signed())).toMatchObject({ role: 'admin' });
  });

  async function startedAndStopped() {
    await using other = await startIdentityProvider({ people: {} });
    return { key: { ...other.key, kid: provider.key.kid } };
  }
});

describe('between organizations', () => {
  it('an issuer gives people of its own organization only, told apart by audience', async () => {
    const other = await ensureOrganization(db, 'other');
    await givenProvider(other, { audience: 'others' });
    expect(await whoIs(await signed({ aud: 'others' }))).toMatchObject({ organizationId: other });
    expect(await whoIs(await signed())).toMatchObject({ organizationId });
    // For both of them at once, it is not clear whose it is.
    expect(await whoIs(await signed({ aud: ['others', provider.audience] }))).toBe('unauthenticated');
  });

  it('a provider that is removed lets nobody in within five seconds', async () => {
    const brief = await ensureOrganization(db, 'brief');
    await givenProvider(brief, { audience: 'brief' });
    const jwt = await signed({ aud: 'brief' });
    expect(await whoIs(jwt)).toMatchObject({ organizationId: brief });
    await db.query('delete from access.identity_providers where organization_id = $1', [brief]);
    await waitUntil(async () => (await whoIs(jwt)) === 'unauthenticated', { every: 200 });
  });
});

describe('the keys of a provider', () => {
  it('may change at any time; what the old ones have signed is of no use then', async () => {
    using fetcher = openJsonFetcher({ networks: 'any', timeoutMs: 4_000, maxBytes: 100_000 });
    const often = { freshMs: 10 * MINUTE, keepMs: 20 * MINUTE, pauseMs: 0, patienceMs: 10_000 };
    const whoSignedIn = userAuthenticator(
      db,
      openProviderKeys(fetcher, () => undefined, often),
    );
    const signIn = async (jwt: string) => await whoSignedIn({ jwt, digest: jwt });
    const [before, another] = [await provider.signIn('ada'), await provider.signIn('ada')];
    expect(await signIn(before)).toMatchObject({ principal: { role: 'admin' } });
    provider.rotateKeys();
    // Whoever knows the old keys looks for the new one.
    expect(await signIn(await provider.signIn('ada'))).toMatchObject({ principal: { role: 'admin' } });
    expect(await signIn(another)).toEqual({ refused: 'not_valid' });
    expect(await whoIs(await provider.signIn('ada'))).toMatchObject({ role: 'admin' });
  });

  it('are looked for no more often, however many unknown keys are named', async () => {
    await whoIs(await signed());
    const asked = provider.asked.length;
    const tries = Array.from({ length: 40 }, async (_, n) =>
      whoIs(await signed({}, { kid: `made up ${n}` })),
    );
    expect(new Set(await Promise.all(tries))).toEqual(new Set(['unauthenticated']));
    // One look reads two documents; a second one is allowed after some seconds.
    expect(provider.asked.length - asked).toBeLessThanOrEqual(4);
  });

  const hang = () => undefined;
  const status = (code: number) => (_: IncomingMessage, response: ServerResponse) =>
    response.writeHead(code).end();
  const text = (body: string) => (_: IncomingMessage, response: ServerResponse) =>
    response.writeHead(200, { 'content-type': 'application/json' }).end(body);
  it.each([
    ['does not answer', hang],
    ['fails', status(500)],
    [
      'sends elsewhere',
      (_: IncomingMessage, response: ServerResponse) =>
        response.writeHead(302, { location: `${provider.issuer}/elsewhere` }).end(),
    ],
    ['answers with something else', text('<html>')],
    [
      'speaks for another issuer',
      text(
        JSON.stringify({ issuer: 'https://login.example.org', jwks_uri: 'https://login.example.org/jwks' }),
      ),
    ],
    [
      'answers without end',
      (_: IncomingMessage, response: ServerResponse) =>
        response.writeHead(200).end(Buffer.alloc(300_000, ' ')),
    ],
  ])(
    'are asked for in vain when it %s: 503 for those who need them, and tokens work',
    async (_how, behave) => {
      const jwt = await signed();
      const { token } = await issueToken(db, {
        organizationId,
        role: 'front_desk',
        label: 'x',
        eventIds: null,
        station: null,
        expiresAt: null,
      });
      await using later = openGuards();
      await using before = openGuards();
      expect(await whoIs(jwt, before)).toMatchObject({ role: 'admin' });
      provider.behave = behave;
      const asked = provider.asked.length;
      const [first, second] = await Promise.all([whoIs(jwt, later), whoIs(jwt, later)]);
      expect([first, second]).toEqual(['unavailable', 'unavailable']);
      expect(await whoIs(token, later)).toMatchObject({ role: 'front_desk' });
      expect(provider.asked.slice(asked)).toEqual(['/.well-known/openid-configuration']);
      // Who has the keys needs nobody.
      expect(await whoIs(await signed({ sub: 'grace' }), before)).toMatchObject({ subject: 'grace' });
    },
  );

  it('are not worth a look-up for each of many that nobody can tell about', async () => {
    provider.behave = hang;
    const valid = await signed();
    await using few = openGuards({ failedSignIns: { most: 5, windowMs: 600 * MINUTE } });
    for (let n = 0; n < 5; n += 1) expect(await whoIs(await signed({ n }), few)).toBe('unavailable');
    expect(await whoIs(valid, few)).toBe('rate_limited');
  });

  it('are not fetched from a network that is not public', async () => {
    await using strict = openGuards({ providerNetworks: 'public' });
    const asked = provider.asked.length;
    expect(await whoIs(await signed(), strict)).toBe('unavailable');
    expect(provider.asked.length).toBe(asked);
  });
});

function publicOf(key: object) {
  const { kty, crv, x, y } = key as { kty: string; crv: string; x: string; y: string };
  return { kty, crv, x, y };
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

function hmac(payload: string): string {
  const input = `${encode({ alg: 'HS256', kid: provider.key.kid })}.${payload}`;
  const secret = JSON.stringify(publicOf(provider.key));
  return `${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`;
}
