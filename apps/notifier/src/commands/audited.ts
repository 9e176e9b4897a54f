import { actorOf } from '@turnout/access/actor-of';
import type { Principal } from '@turnout/access/principal';
import { recordActions } from '@turnout/access/record-actions';
import type { Tx } from '@turnout/runtime/postgres';

/** Who changes something of their organization, and by which request. */
export interface Caller {
  principal: Principal;
  requestId: string;
}

/**
 * Writes down what a caller did to something that belongs to the whole organization, in the transaction that does it.
 * `details` never hold an address: a URL may carry a secret, and a mail address is somebody's.
 */
export function recordAction(
  tx: Pick<Tx, 'send'>,
  { principal, requestId }: Caller,
  action: string,
  { subjectId = null, details = {} }: { subjectId?: string | null; details?: Record<string, unknown> } = {},
): void {
  recordActions(tx, [
    {
      organizationId: principal.organizationId,
      action,
      actor: actorOf(principal),
      eventId: null,
      subjectId,
      details,
      cause: requestId,
    },
  ]);
}
