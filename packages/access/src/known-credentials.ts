import { timingSafeEqual } from 'node:crypto';
import { MINUTE } from '@turnout/runtime/durations';
import type { Principal } from './principal.ts';
import type { Credential } from './read-credential.ts';

export interface KnownCredentials {
  /** Notes that somebody who showed this was let in just now, and as whom. */
  add(credential: Credential, principal: Principal): void;
  has(credential: Credential): boolean;
  /** Whom it stood for when it was last looked up, if that was at most fifteen minutes ago. */
  lately(credential: Credential): Principal | null;
  remove(credential: Credential): void;
}

const REMEMBERED_AT_MOST = 10_000;
/**
 * Who looks at an outage looks at it from its beginning; a credential that ended since is believed no longer than this.
 */
const BELIEVED_FOR = 15 * MINUTE;

interface Known {
  secretHash: Buffer | null;
  principal: Principal;
  at: number;
}

/**
 * Credentials that were valid once, in this process. Whoever shows one is not guessing, which is all that it says:
 * whether it still is valid is looked up as ever. Only where nobody can be asked, and a route allows it, `lately` is
 * believed.
 */
export function knownCredentials(): KnownCredentials {
  const known = new Map<string, Known>();

  function find(credential: Credential): Known | undefined {
    const found = known.get(keyOf(credential));
    if (credential.kind === 'jwt' || found === undefined) return found;
    return found.secretHash !== null && timingSafeEqual(found.secretHash, credential.secretHash)
      ? found
      : undefined;
  }

  return {
    has: (credential) => find(credential) !== undefined,
    lately(credential) {
      const found = find(credential);
      return found !== undefined && performance.now() - found.at < BELIEVED_FOR ? found.principal : null;
    },
    add(credential, principal) {
      if (known.size >= REMEMBERED_AT_MOST) known.clear();
      const secretHash = credential.kind === 'token' ? credential.secretHash : null;
      known.set(keyOf(credential), { secretHash, principal, at: performance.now() });
    },
    remove(credential) {
      if (find(credential) !== undefined) known.delete(keyOf(credential));
    },
  };
}

function keyOf(credential: Credential): string {
  return credential.kind === 'token' ? credential.tokenId : `jwt ${credential.digest}`;
}
