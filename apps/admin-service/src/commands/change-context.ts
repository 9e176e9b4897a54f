import type { Principal } from '@turnout/access/principal';
import type { ChangeContext } from '@turnout/attendance-store/stored';

/** Who changes something and by which request, as the audit trail keeps it. */
export function contextOf({ tokenId, label }: Principal, requestId: string): ChangeContext {
  return { actor: { type: 'token', id: tokenId, label }, cause: requestId };
}
