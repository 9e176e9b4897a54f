import type { Principal } from '@turnout/access/principal';
import type { Acting } from '../dead-letters/note-action.ts';

export function actingAs({ tokenId }: Principal, requestId: string): Acting {
  return { actor: { type: 'token', id: tokenId }, cause: requestId };
}
