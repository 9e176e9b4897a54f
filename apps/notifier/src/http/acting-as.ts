import type { Principal } from '@turnout/access/principal';
import type { Acting } from '../dead-letters/note-action.ts';

export function actingAs({ tokenId, subject }: Principal, requestId: string): Acting {
  const actor =
    subject === undefined ? { type: 'token' as const, id: tokenId } : { type: 'user' as const, id: subject };
  return { actor, cause: requestId };
}
