import { HIGHEST_ID } from '@turnout/runtime/ids';
import type { Queryable, Statement } from '@turnout/runtime/postgres';
import type { ClosureTrigger, VerdictCounts } from './closure-run.ts';

/** A closure run as its row tells it. */
export interface StoredClosureRun {
  id: string;
  eventId: string;
  trigger: ClosureTrigger;
  status: 'running' | 'succeeded' | 'failed';
  epoch: number;
  attempts: number;
  counts: VerdictCounts;
  error: string | null;
  startedAt: Date;
  finishedAt: Date | null;
}

export const runColumns = `
  run_id, event_id, trigger, status, epoch, attempts, attended, no_show, error, started_at, finished_at`;

const findRun: Statement = {
  name: 'find_closure_run',
  text: `select ${runColumns} from attendance.closure_runs where run_id = $1 and organization_id = $2`,
};

// Epochs are the order in which runs began; a run that could not begin shares that of the one before it.
const listRuns: Statement = {
  name: 'list_closure_runs',
  text: `
    select ${runColumns} from attendance.closure_runs
    where event_id = $1 and organization_id = $2 and ($3::bigint is null or (epoch, run_id) < ($3, $4::uuid))
    order by epoch desc, run_id desc
    limit $5`,
};

const listRunsOfOrganization: Statement = {
  name: 'list_closure_runs_of_organization',
  text: `
    select ${runColumns} from attendance.closure_runs
    where organization_id = $1 and ($2::uuid[] is null or event_id = any ($2)) and ($3::text is null or status = $3)
      and run_id < $4
    order by run_id desc
    limit $5`,
};

/** The organization's run of this id, or null. */
export async function findClosureRun(
  db: Queryable,
  organizationId: string,
  runId: string,
): Promise<StoredClosureRun | null> {
  const [row] = await db.query<RunRow>(findRun, [runId, organizationId]);
  return row ? toStoredRun(row) : null;
}

/** Where a page of runs goes on: the run that was handed out last. */
export type RunPosition = Pick<StoredClosureRun, 'epoch' | 'id'>;

/** The runs of an organization's event, the latest first. */
export async function listClosureRuns(
  db: Queryable,
  of: { organizationId: string; eventId: string },
  { before, limit }: { before: RunPosition | null; limit: number },
): Promise<StoredClosureRun[]> {
  const { eventId, organizationId } = of;
  const values = [eventId, organizationId, before?.epoch ?? null, before?.id ?? null, limit];
  return (await db.query<RunRow>(listRuns, values)).map(toStoredRun);
}

/** The runs of an organization's events, the latest first; `eventIds` null for all of them. */
export async function listRunsOf(
  db: Queryable,
  of: {
    organizationId: string;
    eventIds: readonly string[] | null;
    status: StoredClosureRun['status'] | null;
  },
  { after, limit }: { after: string | null; limit: number },
): Promise<StoredClosureRun[]> {
  const values = [of.organizationId, of.eventIds, of.status, after ?? HIGHEST_ID, limit];
  return (await db.query<RunRow>(listRunsOfOrganization, values)).map(toStoredRun);
}

export interface RunRow {
  run_id: string;
  event_id: string;
  trigger: ClosureTrigger;
  status: StoredClosureRun['status'];
  epoch: number;
  attempts: number;
  attended: number;
  no_show: number;
  error: string | null;
  started_at: Date;
  finished_at: Date | null;
}

/** A closure run as its row says it, of {@link runColumns}. */
export function toStoredRun(row: RunRow): StoredClosureRun {
  return {
    id: row.run_id,
    eventId: row.event_id,
    trigger: row.trigger,
    status: row.status,
    epoch: row.epoch,
    attempts: row.attempts,
    counts: { attended: row.attended, noShow: row.no_show },
    error: row.error,
    startedAt: row.started_at,
    finishedAt: row.finished_at,
  };
}
