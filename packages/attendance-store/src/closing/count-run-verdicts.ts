import type { Queryable, Statement } from '@turnout/runtime/postgres';
import type { ClosureRun, VerdictCounts } from './closure-run.ts';

const countVerdicts: Statement = {
  name: 'count_run_verdicts',
  text: `
    select count(*) filter (where to_status = 'attended') as attended,
      count(*) filter (where to_status = 'no_show') as no_show
    from attendance.transitions
    where event_id = $1 and cause = $2 and triggered_by = 'system'`,
};

/**
 * What a run decided, from the audit trail. For a run in which something failed: the answer to a commit can be lost, so
 * only the trail knows.
 */
export async function countRunVerdicts(
  db: Queryable,
  run: Pick<ClosureRun, 'id' | 'eventId'>,
): Promise<VerdictCounts> {
  const [row] = await db.query<{ attended: number; no_show: number }>(countVerdicts, [run.eventId, run.id]);
  return { attended: row?.attended ?? 0, noShow: row?.no_show ?? 0 };
}
