import { timingSafeEqual } from 'node:crypto';
import type { Credential } from './read-credential.ts';

export interface KnownCredentials {
  add(credential: Credential): void;
  has(credential: Credential): boolean;
  remove(credential: Credential): void;
}

const REMEMBERED_AT_MOST = 10_000;

/**
 * Credentials that were valid once, in this process. Whoever shows one is not guessing, which is all that it says: whether
 * it still is valid is looked up as ever.
 */
export function knownCredentials(): KnownCredentials {
  const tokens = new Map<string, Buffer>();
  const jwts = new Set<string>();
  const has: KnownCredentials['has'] = (credential) => {
    if (credential.kind === 'jwt') return jwts.has(credential.digest);
    const secretHash = tokens.get(credential.tokenId);
    return secretHash !== undefined && timingSafeEqual(secretHash, credential.secretHash);
  };
  return {
    has,
    add(credential) {
      if (credential.kind === 'token') {
        if (tokens.size >= REMEMBERED_AT_MOST) tokens.clear();
        tokens.set(credential.tokenId, credential.secretHash);
      } else {
        if (jwts.size >= REMEMBERED_AT_MOST) jwts.clear();
        jwts.add(credential.digest);
      }
    },
    remove(credential) {
      if (!has(credential)) return;
      if (credential.kind === 'token') tokens.delete(credential.tokenId);
      else jwts.delete(credential.digest);
    },
  };
}
