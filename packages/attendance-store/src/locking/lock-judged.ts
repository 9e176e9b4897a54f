import type { Status } from '@turnout/attendance/enrollment';
import type { Statement, Tx } from '@turnout/runtime/postgres';
import type { JudgedSelection } from '../selection.ts';

export interface JudgedRow {
  event_id: string;
  enrollment_id: string;
  organization_id: string;
  participant_id: string;
  status: Status;
  version: number;
  verdict_by: 'rule' | 'override' | null;
}

/** Somebody else is at this correction right now, or it is over: finished, or overtaken by a later one. */
export class NotOursError extends Error {
  constructor(eventId: string) {
    super(`the correction of event ${eventId} is somebody else's, or over`);
  }
}

const takeCorrection: Statement = {
  name: 'take_correction',
  text: `
    select judged_up_to from attendance.corrections
    where event_id = $1 and correction_id = $2 and finished_at is null
    for update skip locked`,
};

// In the order of enrollment ids, like everybody else who locks them. Whatever their status: while a lock is waited for
// it can change, and a row that no longer fits would be missing from the count by which the end is known.
const lockNext: Statement = {
  name: 'lock_enrollments_to_judge_again',
  text: `
    select event_id, enrollment_id, organization_id, participant_id, status, version, verdict_by
    from attendance.enrollments
    where event_id = $1 and enrollment_id > $2
    order by enrollment_id
    limit $3
    for update`,
};

/**
 * Takes a correction to the end of the transaction, so that nobody else goes on with it and no later one begins, and
 * locks the next enrollments that it has to look at.
 *
 * @throws NotOursError
 */
export async function lockJudged(
  tx: Tx,
  { eventId, correctionId, limit }: JudgedSelection,
): Promise<{ after: string; rows: JudgedRow[] }> {
  const [correction] = await tx.query<{ judged_up_to: string }>(takeCorrection, [eventId, correctionId]);
  if (!correction) throw new NotOursError(eventId);
  const after = correction.judged_up_to;
  return { after, rows: await tx.query<JudgedRow>(lockNext, [eventId, after, limit]) };
}
