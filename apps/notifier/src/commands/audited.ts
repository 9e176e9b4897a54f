import { actorOf } from '@turnout/access/actor-of';
import type { Principal } from '@turnout/access/principal';
import { recordActions } from '@turnout/access/record-actions';
import type { Tx } from '@turnout/runtime/postgres';

/** Who changes something of their organization, and by which request. */
export interface Caller {
  principal: Principal;
  requestId: string;
}

interface RecordedAction {
  subjectId?: string | null;
  eventId?: string | null;
  reason?: string | null;
  details?: Record<string, unknown>;
}

/**
 * Writes down what a caller did, in the transaction that does it. What belongs to one event names it.
 * `details` never hold an address: a URL may carry a secret, and a mail address is somebody's.
 */
export function recordAction(
  tx: Pick<Tx, 'send'>,
  { principal, requestId }: Caller,
  action: string,
  { subjectId = null, eventId = null, reason = null, details = {} }: RecordedAction = {},
): void {
  recordActions(tx, [
    {
      organizationId: principal.organizationId,
      action,
      actor: actorOf(principal),
      eventId,
      subjectId,
      reason,
      details,
      cause: requestId,
    },
  ]);
}
