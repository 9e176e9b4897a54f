/**
 * The keys of identity providers, which they publish (OpenID Connect Discovery 1.0):
 * `<issuer>/.well-known/openid-configuration` names the document that holds them.
 *
 * Keys are used for ten minutes and then read again. While a provider does not answer, those that it had published go
 * on to be used for a day. A key that is not among them may be a new one, so they are read again, but not more often
 * than every five seconds, whoever asks for whichever key. One look goes on for all who wait for it, and nobody waits
 * for it longer than a request may take: who comes later finds what it has brought.
 *
 * An admin has entered the issuer, so neither the address nor what answers is trusted.
 */
import { MINUTE, SECOND } from '@turnout/runtime/durations';
import type { JsonFetcher } from '@turnout/runtime/fetch-json';
import { withDeadline } from '@turnout/runtime/http/deadline';
import {
  type CryptoKey,
  createLocalJWKSet,
  errors,
  type FlattenedJWSInput,
  type JWSHeaderParameters,
} from 'jose';
import { z } from 'zod';

/** The provider does not answer, or with something that holds no keys. */
export class ProviderUnavailable extends Error {
  override readonly name = 'ProviderUnavailable';
}

type FindKey = (header: JWSHeaderParameters, jws: FlattenedJWSInput) => Promise<CryptoKey>;

export interface ProviderKeys {
  /**
   * The key that a header names.
   *
   * @throws ProviderUnavailable when nobody can say
   * @throws an error of jose when there is no such key
   */
  find(issuer: string, ...named: Parameters<FindKey>): Promise<CryptoKey>;
}

export interface ProviderKeyTimes {
  freshMs: number;
  keepMs: number;
  /** Between two looks for a key that is not known, and after a look that failed. */
  pauseMs: number;
  /** How long somebody waits for a look. */
  patienceMs: number;
}

const times: ProviderKeyTimes = {
  freshMs: 10 * MINUTE,
  keepMs: 24 * 60 * MINUTE,
  pauseMs: 5 * SECOND,
  patienceMs: 1.4 * SECOND,
};

const PROVIDERS_AT_MOST = 1_000;

interface Known {
  findKey: FindKey | null;
  readAt: number;
  triedAt: number;
  reading: Promise<FindKey> | null;
}

const discovery = z.object({ issuer: z.string(), jwks_uri: z.string().max(2_000) });
const keySet = z.object({ keys: z.array(z.looseObject({ kty: z.string() })).max(100) });

/** Reads with `fetcher`, whose own time limit ends a look. */
export function openProviderKeys(
  fetcher: Pick<JsonFetcher, 'fetch'>,
  onFailure: (issuer: string, error: unknown) => void,
  { freshMs, keepMs, pauseMs, patienceMs }: ProviderKeyTimes = times,
): ProviderKeys {
  const providers = new Map<string, Known>();

  function knownOf(issuer: string): Known {
    const found = providers.get(issuer);
    if (found) return found;
    if (providers.size >= PROVIDERS_AT_MOST) providers.clear();
    const known: Known = {
      findKey: null,
      readAt: Number.NEGATIVE_INFINITY,
      triedAt: Number.NEGATIVE_INFINITY,
      reading: null,
    };
    providers.set(issuer, known);
    return known;
  }

  /** Looks now, or waits for the look that goes on. */
  async function read(issuer: string, known: Known): Promise<FindKey> {
    if (known.reading === null) {
      known.triedAt = performance.now();
      known.reading = readKeys(fetcher, issuer);
      known.reading.then(
        (findKey) => Object.assign(known, { findKey, readAt: performance.now(), reading: null }),
        (error: unknown) => {
          known.reading = null;
          onFailure(issuer, error);
        },
      );
    }
    const { reading } = known;
    try {
      return await withDeadline(
        patienceMs,
        () => reading,
        () => undefined,
      );
    } catch (error) {
      throw new ProviderUnavailable('the identity provider does not answer', { cause: error });
    }
  }

  const mayLook = (known: Known) => known.reading !== null || performance.now() - known.triedAt >= pauseMs;

  async function current(issuer: string, known: Known): Promise<FindKey> {
    const age = performance.now() - known.readAt;
    if (known.findKey && age < freshMs) return known.findKey;
    if (mayLook(known)) {
      try {
        return await read(issuer, known);
      } catch (error) {
        if (!known.findKey || age >= keepMs) throw error;
      }
    }
    if (known.findKey && age < keepMs) return known.findKey;
    throw new ProviderUnavailable('the identity provider did not answer a moment ago');
  }

  return {
    async find(issuer, header, jws) {
      const known = knownOf(issuer);
      const findKey = await current(issuer, known);
      try {
        return await findKey(header, jws);
      } catch (error) {
        if (!(error instanceof errors.JWKSNoMatchingKey) || !mayLook(known)) throw error;
        const newest = await read(issuer, known).catch(() => findKey);
        return await newest(header, jws);
      }
    },
  };
}

async function readKeys(fetcher: Pick<JsonFetcher, 'fetch'>, issuer: string): Promise<FindKey> {
  const described = discovery.parse(
    await fetcher.fetch(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`),
  );
  if (described.issuer !== issuer) throw new Error('the document is of another issuer');
  return createLocalJWKSet(keySet.parse(await fetcher.fetch(described.jwks_uri)));
}
