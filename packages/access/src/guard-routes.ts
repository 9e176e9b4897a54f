/**
 * Who calls, and may they: asked for each request of each service.
 *
 * An address from which too many credentials came that stand for nobody hears 429 before another one is looked up. A
 * credential that this process has seen to be valid is no guess, so one lost device does not lock out the others of its
 * venue, which share an address. Nothing of this waits for Redis.
 */

import { setTimeout as sleep } from 'node:timers/promises';
import { networkOf } from '@turnout/runtime/address-network';
import type { Dependency } from '@turnout/runtime/dependencies';
import { SECOND } from '@turnout/runtime/durations';
import { openJsonFetcher } from '@turnout/runtime/fetch-json';
import type { CallerFacts } from '@turnout/runtime/http/app';
import type { Refusal } from '@turnout/runtime/http/reply';
import { isUnavailable, type Queryable } from '@turnout/runtime/postgres';
import { openRateLimits } from '@turnout/runtime/rate-limit';
import type { RedisLogger } from '@turnout/runtime/redis';
import { type AccessConfig, defaultAccess } from './access-config.ts';
import { authorize } from './authorize.ts';
import { openProviderKeys } from './identity/provider-keys.ts';
import { userAuthenticator } from './identity/user-authenticator.ts';
import { knownCredentials } from './known-credentials.ts';
import { refuseLimitedToken } from './organization-wide.ts';
import type { Principal } from './principal.ts';
import { type Credential, readCredential } from './read-credential.ts';
import { tokenAuthenticator } from './token-authenticator.ts';
import { noteTokenUses } from './token-uses.ts';

export interface RouteGuards extends AsyncDisposable {
  authenticate(
    authorization: string | undefined,
    request: CallerFacts,
  ): Promise<{ principal: Principal } | Refusal>;
  authorize(
    principal: Principal,
    route: { allow: readonly string[] },
    params: Readonly<Record<string, string>>,
  ): Refusal | undefined;
  /** One organization's devices share what one caller may have of the places for large bodies. */
  holderOf(principal: Principal): string;
  /** What sharing limits depends on; nothing where each process counts for itself. */
  readonly dependencies: readonly Dependency[];
  readonly trustProxy: number | readonly string[] | undefined;
}

export interface GuardOptions {
  db: Queryable;
  /** Of the service; its processes share what they count. */
  name: string;
  logger: RedisLogger;
  access?: Partial<AccessConfig> | undefined;
}

/** A document of a provider has a few kB; the look for keys reads two. */
const DOCUMENT_BYTES = 256 * 1024;
const DOCUMENT_MS = 4 * SECOND;

/**
 * A database that is asked who calls and says nothing for so long is away, where the answer itself is still to be made.
 */
const NO_ANSWER_MS = 500;

/** What `createApp` needs so that every route asks for a credential, its role, and its scope on `:eventId`. */
export function guardRoutes({ db, name, logger, access }: GuardOptions): RouteGuards {
  const config = { ...defaultAccess, ...access };
  const opened = new AsyncDisposableStack();
  const uses = opened.use(noteTokenUses(db));
  const limits = opened.use(openRateLimits({ redisUrl: config.redisUrl, name, logger }));
  const failures = limits.limiter('failed-sign-ins', config.failedSignIns);
  const requests = limits.limiter('requests', config.requests);
  const fetcher = opened.use(
    openJsonFetcher({
      networks: config.providerNetworks,
      timeoutMs: DOCUMENT_MS,
      maxBytes: DOCUMENT_BYTES,
    }),
  );
  const keys = openProviderKeys(fetcher, (issuer, error) =>
    logger.warn({ issuer, err: error }, 'no keys of an identity provider'),
  );
  const tokens = tokenAuthenticator(db);
  const whoSignedIn = userAuthenticator(db, keys);
  const known = knownCredentials();

  async function whoIs(credential: Credential | null): Promise<{ principal: Principal } | Refusal> {
    if (credential === null) return TOKEN_NOT_VALID;
    if (credential.kind === 'token') {
      const principal = await tokens.whose(credential);
      return principal === null ? TOKEN_NOT_VALID : { principal };
    }
    const signIn = await whoSignedIn(credential);
    return 'principal' in signIn ? signIn : SIGN_IN_REFUSED[signIn.refused];
  }

  /** Looks a credential up, unless too many from that address were not valid. */
  async function letIn(
    credential: Credential | null,
    address: string,
  ): Promise<{ principal: Principal } | Refusal> {
    const isKnown = credential !== null && known.has(credential);
    const seconds = isKnown ? 0 : failures.waitFor(address);
    if (seconds > 0) return tooMany(seconds, 'invalid credentials from this address');
    const caller = await whoIs(credential);
    if ('principal' in caller) {
      if (credential !== null) known.add(credential, caller.principal);
    } else if (caller.problem === 'unauthenticated') {
      failures.take(address);
      if (isKnown) known.remove(credential);
    } else if (caller.problem === 'unavailable' && !isKnown) {
      // Anybody can name a provider that does not answer; each such credential costs a look-up like one that is not
      // valid.
      failures.take(address);
    }
    return caller;
  }

  /** The same where that allows it: while nobody can be asked, whom a credential stood for lately is who calls. */
  async function letInLately(credential: Credential | null, address: string) {
    const asked = letIn(credential, address);
    const principal = credential === null ? null : known.lately(credential);
    if (principal === null) return await asked;
    const noAnswer = sleep(NO_ANSWER_MS, { principal }, { ref: false });
    const answered = asked.catch((error: unknown) => {
      if (isUnavailable(error)) return { principal };
      throw error;
    });
    return await Promise.race([answered, noAnswer]);
  }

  function admit(principal: Principal): { principal: Principal } | Refusal {
    const seconds = requests.take(principal.tokenId);
    if (seconds > 0) return tooMany(seconds, 'requests with this token');
    if (principal.subject === undefined) uses.note(principal.tokenId);
    return { principal };
  }

  return {
    dependencies: limits.answers === null ? [] : [redis(limits.answers)],
    trustProxy: config.trustProxy ?? undefined,
    async authenticate(authorization, { address, believeRecent }) {
      if (authorization === undefined) return NO_CREDENTIAL;
      const credential = readCredential(authorization);
      // The way of a busy door, on which nothing is waited for.
      const remembered = credential?.kind === 'token' ? tokens.remembered(credential) : null;
      if (remembered !== null) return admit(remembered);
      const look = believeRecent ? letInLately : letIn;
      const caller = await look(credential, networkOf(address()));
      return 'principal' in caller ? admit(caller.principal) : caller;
    },
    authorize(principal, route, params) {
      switch (authorize(principal, route.allow, params.eventId)) {
        case null:
          return refuseLimitedToken(principal, route);
        case 'not_found':
          return { problem: 'not_found' };
        case 'forbidden':
          return {
            problem: 'forbidden',
            detail: `The role ${principal.role} may not do this; use a token with the role: ${route.allow.join(', ')}.`,
          };
      }
    },
    holderOf: ({ organizationId }) => organizationId,
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}

function redis(works: () => Promise<boolean>): Dependency {
  return { name: 'redis', works, without: 'Each process enforces the rate limits on its own.' };
}

const NO_CREDENTIAL: Refusal = {
  problem: 'unauthenticated',
  detail: 'Send a token in the header: Authorization: Bearer tnt_….',
};

const TOKEN_NOT_VALID: Refusal = {
  problem: 'unauthenticated',
  detail:
    'This token is not valid: mistyped, expired or revoked. Ask an admin of your organization for a new one.',
};

const SIGN_IN_REFUSED: Record<'not_valid' | 'no_role' | 'provider_unavailable', Refusal> = {
  not_valid: {
    problem: 'unauthenticated',
    detail:
      "This sign-in is not valid: expired, meant for another service, or not from your organization's identity provider. Sign in again.",
  },
  no_role: {
    problem: 'forbidden',
    detail:
      'You are signed in, but your identity provider gives you no role here. Ask an admin of your organization.',
  },
  provider_unavailable: {
    problem: 'unavailable',
    detail:
      "Your organization's identity provider does not answer, so your sign-in cannot be verified. Try again.",
    headers: { 'Retry-After': '5' },
  },
};

function tooMany(seconds: number, what: string): Refusal {
  return {
    problem: 'rate_limited',
    detail: `Too many ${what}. Wait ${seconds} s and try again.`,
    headers: { 'Retry-After': String(seconds) },
  };
}
