import { newId } from '@turnout/runtime/ids';
import type { Statement, Tx } from '@turnout/runtime/postgres';
import { currentTraceHeaders } from '@turnout/runtime/trace-context';
import type { ChangeContext, StoredEvent } from '../stored.ts';

const overtakeOpen: Statement = {
  name: 'overtake_open_correction',
  text: `
    update attendance.corrections set finished_at = clock_timestamp(), overtaken_by = $2
    where event_id = $1 and finished_at is null`,
};

const insert: Statement = {
  name: 'insert_correction',
  text: `
    insert into attendance.corrections
      (event_id, correction_id, organization_id, reason, actor, cause, trace)
    values ($1, $2, $3, $4, $5::jsonb, $6, $7::jsonb)`,
};

/**
 * Has everybody whom the rule has decided judged again, by the event as it is changed in this transaction. Who that is
 * shows while it is done, in batches that are transactions of their own (`judgeAgain`). An earlier correction that is
 * under way ends here, after the batch that it is in: this one begins with the first enrollment again.
 */
export function orderCorrection(
  tx: Pick<Tx, 'send'>,
  { id: eventId, organizationId }: Pick<StoredEvent, 'id' | 'organizationId'>,
  reason: string,
  { actor, cause, trace = currentTraceHeaders() }: ChangeContext,
): void {
  const correctionId = newId();
  tx.send(overtakeOpen, [eventId, correctionId]);
  tx.send(insert, [
    eventId,
    correctionId,
    organizationId,
    reason,
    JSON.stringify(actor),
    cause,
    JSON.stringify(trace),
  ]);
}
