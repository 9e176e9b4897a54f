import type { Statement, Tx } from '@turnout/runtime/postgres';
import { type Acting, noteAction } from './note-action.ts';

const replayed: Statement = {
  name: 'note_redelivered',
  text: `
    update notifier.dead_letters
    set status = 'replayed', replays = replays + 1, replayed_at = clock_timestamp()
    where source = 'delivery' and identity = $1 and status = 'dead'
    returning letter_id`,
};

/** A delivery that is sent again by itself is not dead any more; most never were. */
export async function noteRedelivered(tx: Tx, deliveryId: string, acting: Acting): Promise<void> {
  for (const { letter_id } of await tx.query<{ letter_id: string }>(replayed, [deliveryId])) {
    noteAction(tx, letter_id, acting, { name: 'replayed', reason: null });
  }
}
