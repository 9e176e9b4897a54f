import { SECOND } from '@turnout/runtime/durations';
import type { Queryable } from '@turnout/runtime/postgres';
import { decodeJwt, type JWTPayload, jwtVerify } from 'jose';
import { v5 } from 'uuid';
import { z } from 'zod';
import type { Principal } from '../principal.ts';
import { findProvider, type IdentityProvider } from './provider.ts';
import { type ProviderKeys, ProviderUnavailable } from './provider-keys.ts';
import { roleOf } from './role-of.ts';

/** What is changed about a provider works everywhere within this time; five seconds are promised. */
const CACHE_FOR = 3 * SECOND;
const CACHED_AT_MOST = 10_000;

/** Clocks of different machines differ. */
const TOLERANCE_S = 30;

const TYPES = ['jwt', 'application/jwt', 'at+jwt', 'application/at+jwt'];

/** The ids of people are made of their names in this one. */
const NAMESPACE = '6f1c1c3e-5f0b-4d0e-9a58-0a4b5a1f7c52';

export type SignIn = { principal: Principal } | { refused: 'not_valid' | 'no_role' | 'provider_unavailable' };

/** Answers whom a JWT stands for. Throws when the database is away. */
export type UserAuthenticator = (shown: { jwt: string; digest: string }) => Promise<SignIn>;

const printable = z.string().regex(/^[\x21-\x7e]{1,500}$/);
const audience = z.string().regex(/^[^\p{C}]{1,255}$/u);
/** What is looked at before anything is believed. */
const unverified = z.object({
  iss: printable,
  aud: z.union([audience.transform((one) => [one]), z.array(audience).min(1).max(20)]),
});

/**
 * Whose provider a JWT claims to be from is read first, to know whose keys must verify it; nothing else of it is
 * believed before that. The key comes from what that provider publishes, whatever else the header names.
 */
export function userAuthenticator(db: Queryable, keys: ProviderKeys): UserAuthenticator {
  const cache = new Map<string, { until: number; signIn: Promise<SignIn> }>();

  async function signIn(jwt: string): Promise<SignIn> {
    const claimed = unverified.safeParse(readClaims(jwt));
    if (!claimed.success) return { refused: 'not_valid' };
    const provider = await findProvider(db, claimed.data.iss, claimed.data.aud);
    if (provider === null) return { refused: 'not_valid' };
    try {
      const claims = await verify(jwt, provider, keys);
      if (claims === null) return { refused: 'not_valid' };
      const role = roleOf(claims, provider);
      return role === null ? { refused: 'no_role' } : { principal: principalOf(claims.sub, role, provider) };
    } catch (error) {
      return { refused: error instanceof ProviderUnavailable ? 'provider_unavailable' : 'not_valid' };
    }
  }

  return async ({ jwt, digest }) => {
    const now = performance.now();
    const cached = cache.get(digest);
    if (cached && cached.until > now) return await cached.signIn;
    const judged = signIn(jwt);
    const forget = () => cache.delete(digest);
    judged.then((found) => {
      if ('refused' in found && found.refused === 'provider_unavailable') forget();
    }, forget);
    if (cache.size >= CACHED_AT_MOST) cache.clear();
    cache.set(digest, { until: now + CACHE_FOR, signIn: judged });
    return await judged;
  };
}

function readClaims(jwt: string): unknown {
  try {
    return decodeJwt(jwt);
  } catch {
    return null;
  }
}

type VerifiedClaims = JWTPayload & { sub: string };

/** The claims; null where they are signed well and still not for us. Throws an error of jose when they are not. */
async function verify(
  jwt: string,
  { issuer, audience: ours, algorithms }: IdentityProvider,
  keys: ProviderKeys,
): Promise<VerifiedClaims | null> {
  const { payload, protectedHeader } = await jwtVerify(jwt, (header, jws) => keys.find(issuer, header, jws), {
    issuer,
    audience: ours,
    algorithms: [...algorithms],
    clockTolerance: TOLERANCE_S,
    requiredClaims: ['exp', 'sub'],
  });
  const { sub, iat } = payload;
  if (typeof sub !== 'string' || !/^[^\p{C}]{1,255}$/u.test(sub)) return null;
  if (typeof iat === 'number' && iat > Date.now() / 1000 + TOLERANCE_S) return null;
  if (protectedHeader.typ !== undefined && !TYPES.includes(protectedHeader.typ.toLowerCase())) return null;
  // It is bound to a key that its sender would have to prove, which a bearer does not.
  if (payload.cnf !== undefined) return null;
  return { ...payload, sub };
}

/**
 * A provider names people by something that says nothing to others, as it should, or by their address: then the id that
 * we make of it takes its place, since the audit trail and the events must not hold personal data.
 */
function principalOf(sub: string, role: Principal['role'], provider: IdentityProvider): Principal {
  const id = v5(JSON.stringify([provider.issuer, sub]), NAMESPACE);
  return {
    organizationId: provider.organizationId,
    tokenId: id,
    role,
    label: new URL(provider.issuer).host,
    eventIds: null,
    station: null,
    subject: /^[\w.:|-]+$/.test(sub) ? sub : id,
  };
}
