import type { Actor } from '@turnout/contracts/http/enrollments';
import type { Principal } from './principal.ts';

/** Who calls, as the audit names them. */
export function actorOf({ tokenId, label }: Principal): Actor {
  return { type: 'token', id: tokenId, label };
}
