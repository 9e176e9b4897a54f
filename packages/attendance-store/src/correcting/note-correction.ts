import type { Queryable, Statement, Tx } from '@turnout/runtime/postgres';
import type { JudgedSelection } from '../selection.ts';
import type { Correction } from './correction.ts';

/** What one batch of a correction has come to. */
export interface CorrectedBatch {
  /** How many have become which. */
  attended: number;
  noShow: number;
  /** The last enrollment that was looked at; null when there was nobody left. */
  last: string | null;
  /** Nobody comes after it. */
  done: boolean;
}

const noteProgressOf: Statement = {
  name: 'note_correction_progress',
  text: `
    update attendance.corrections
    set judged_up_to = coalesce($3, judged_up_to), attended = attended + $4, no_show = no_show + $5, error = null,
      finished_at = case when $6 then clock_timestamp() end
    where event_id = $1 and correction_id = $2`,
};

const noteFailureOf: Statement = {
  name: 'note_correction_failure',
  text: `
    update attendance.corrections set error = $3
    where event_id = $1 and correction_id = $2 and finished_at is null`,
};

/** Moves a correction past a batch, in the transaction of the batch. */
export function noteProgress(
  tx: Pick<Tx, 'send'>,
  { eventId, correctionId }: JudgedSelection,
  { last, attended, noShow, done }: CorrectedBatch,
): void {
  tx.send(noteProgressOf, [eventId, correctionId, last, attended, noShow, done]);
}

/** Shows why a correction does not get on: a sentence that anybody of the organization may read. */
export async function noteCorrectionFailure(
  db: Queryable,
  { eventId, id }: Pick<Correction, 'eventId' | 'id'>,
  error: string,
): Promise<void> {
  await db.query(noteFailureOf, [eventId, id, error]);
}
