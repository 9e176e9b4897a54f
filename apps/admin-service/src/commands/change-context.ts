import { actorOf } from '@turnout/access/actor-of';
import type { Principal } from '@turnout/access/principal';
import type { ChangeContext } from '@turnout/attendance-store/stored';

/** Who changes something and by which request, as the audit trail keeps it. */
export function contextOf(principal: Principal, requestId: string): ChangeContext {
  return { actor: actorOf(principal), cause: requestId };
}
