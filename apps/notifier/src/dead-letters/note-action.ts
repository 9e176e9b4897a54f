import type { DeadLetterActor } from '@turnout/contracts/http/dead-letters';
import { newId } from '@turnout/runtime/ids';
import type { Tx } from '@turnout/runtime/postgres';
import { type Caller, recordAction } from '../commands/audited.ts';
import type { StoredDeadLetter } from './stored-dead-letter.ts';

/** Who acts on letters, and in which request or run of the command. */
export interface Acting {
  actor: DeadLetterActor;
  cause: string;
  /** Whose organization's audit trail it belongs to as well; null for who runs the system. */
  caller: Caller | null;
}

export type CallerActing = Acting & { caller: Caller };

/** Writes down what was done to a letter, and in the audit trail of who did it, in the transaction that does it. */
export function recordLetterAction(
  tx: Tx,
  { letter_id: letterId, event_id: eventId }: StoredDeadLetter,
  acting: Acting,
  action: LetterAction,
): void {
  noteAction(tx, letterId, acting, action);
  if (acting.caller === null) return;
  const { name, reason } = action;
  recordAction(tx, acting.caller, `dead_letter.${name}`, { subjectId: letterId, eventId, reason });
}

interface LetterAction {
  name: 'replayed' | 'dropped';
  reason: string | null;
}

/** Writes down what was done to a letter, in the transaction that does it. */
export function noteAction(tx: Tx, letterId: string, { actor, cause }: Acting, action: LetterAction): void {
  tx.send(
    `insert into notifier.dead_letter_actions (action_id, letter_id, action, actor, reason, cause)
     values ($1, $2, $3, $4, $5, $6)`,
    [newId(), letterId, action.name, JSON.stringify(actor), action.reason, cause],
  );
}
