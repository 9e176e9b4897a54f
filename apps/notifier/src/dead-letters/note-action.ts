import type { DeadLetterActor } from '@turnout/contracts/http/dead-letters';
import { newId } from '@turnout/runtime/ids';
import type { Tx } from '@turnout/runtime/postgres';

/** Who acts on letters, and in which request or run of the command. */
export interface Acting {
  actor: DeadLetterActor;
  cause: string;
}

/** Writes down what was done to a letter, in the transaction that does it. */
export function noteAction(
  tx: Tx,
  letterId: string,
  { actor, cause }: Acting,
  action: { name: 'replayed' | 'dropped'; reason: string | null },
): void {
  tx.send(
    `insert into notifier.dead_letter_actions (action_id, letter_id, action, actor, reason, cause)
     values ($1, $2, $3, $4, $5, $6)`,
    [newId(), letterId, action.name, JSON.stringify(actor), action.reason, cause],
  );
}
