import type { Queryable, Statement } from '@turnout/runtime/postgres';
import type { ClosureRun } from './closure-run.ts';

const noteAttemptOf: Statement = {
  name: 'note_closure_attempt',
  text: `
    update attendance.closure_runs set attempts = $3
    where event_id = $1 and run_id = $2 and status = 'running'`,
};

/** Shows that a run is being tried again, while it is. */
export async function noteAttempt(db: Queryable, run: ClosureRun, attempts: number): Promise<void> {
  await db.query(noteAttemptOf, [run.eventId, run.id, attempts]);
}
