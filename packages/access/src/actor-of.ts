import type { Actor } from '@turnout/contracts/http/enrollments';
import type { Principal } from './principal.ts';

/** Who calls, as the audit names them. */
export function actorOf({ tokenId, label, subject }: Principal): Actor {
  if (subject !== undefined) return { type: 'user', id: subject, label };
  return { type: 'token', id: tokenId, label };
}
