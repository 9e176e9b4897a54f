import type { Principal } from '@turnout/access/principal';
import type { CallerActing } from '../dead-letters/note-action.ts';

/** Who acts on letters when a request does. */
export function actingAs(principal: Principal, requestId: string): CallerActing {
  const { tokenId, subject } = principal;
  const actor =
    subject === undefined ? { type: 'token' as const, id: tokenId } : { type: 'user' as const, id: subject };
  return { actor, cause: requestId, caller: { principal, requestId } };
}
