import { HIGHEST_ID } from '@turnout/runtime/ids';
import type { Queryable, Statement } from '@turnout/runtime/postgres';
import { type RunRow, runColumns, type StoredClosureRun, toStoredRun } from './find-closure-runs.ts';
import { awaitsDevices, closureHasWork, deviceGraceEnd } from './find-due-events.ts';

export type ClosureState =
  | 'not_due'
  | 'waiting_for_devices'
  | 'due'
  | 'running'
  | 'failed'
  | 'correcting'
  | 'closed'
  | 'cancelled';

/** Where the closure of one event stands, by the database's clock. */
export interface EventClosure {
  state: ClosureState;
  /** When the schedule first closes it; null for an event that was cancelled. */
  dueAt: Date | null;
  /** Until when devices are waited for, while they are. */
  waitsUntil: Date | null;
  lastRun: StoredClosureRun | null;
  /** Those whom the rule has decided are being judged again. */
  correction: OpenCorrection | null;
}

export interface OpenCorrection {
  requestedAt: Date;
  reason: string;
  /** How many have become which so far. */
  corrected: { attended: number; noShow: number };
  error: string | null;
}

export interface ListedClosure extends EventClosure {
  eventId: string;
  name: string;
  endsAt: Date;
  closedAt: Date | null;
}

/** The {@link ClosureState} of `attendance.events e` beside {@link closureTables}, by the database's clock. */
export const closureStateColumn = `
  case
    when e.cancelled_at is not null then 'cancelled'
    when run.status = 'running' then 'running'
    when c.requested_at is not null then 'correcting'
    when not (${closureHasWork}) then case when e.closed_at is null then 'not_due' else 'closed' end
    when ${awaitsDevices} then 'waiting_for_devices'
    when run.status = 'failed' then 'failed'
    else 'due'
  end`;

/** To be joined to `attendance.events e`: its latest run and its open correction. */
export const closureTables = `
  left join lateral (
    select ${runColumns} from attendance.closure_runs r
    where r.event_id = e.event_id order by r.epoch desc, r.run_id desc limit 1
  ) run on true
  left join lateral (
    select * from attendance.corrections where event_id = e.event_id and finished_at is null
  ) c on true`;

const columns = `
  e.event_id as of_event, e.name, e.ends_at, e.closed_at, e.cancelled_at,
  case when e.cancelled_at is null
    then e.ends_at + make_interval(mins => e.closure_grace_minutes) end as due_at,
  ${deviceGraceEnd} as waits_until,
  run.*, c.requested_at, c.reason, c.attended as corrected_attended, c.no_show as corrected_no_show,
  c.error as correction_error,
  ${closureStateColumn} as state`;

const findState: Statement = {
  name: 'find_closure_state',
  text: `select ${columns} from attendance.events e ${closureTables} where e.event_id = $1 and e.organization_id = $2`,
};

const listStates: Statement = {
  name: 'list_closure_states',
  text: `
    select * from (
      select ${columns} from attendance.events e ${closureTables}
      where e.organization_id = $1 and ($2::uuid[] is null or e.event_id = any ($2))
        and e.event_id < $4
    ) closures
    where $3::text is null or state = $3
    order by of_event desc
    limit $5`,
};

/** Where the closure of the organization's event stands; null when it has no such event. */
export async function findClosureState(
  db: Queryable,
  organizationId: string,
  eventId: string,
): Promise<EventClosure | null> {
  const [row] = await db.query<StateRow>(findState, [eventId, organizationId]);
  return row ? toEventClosure(row) : null;
}

/** The closures of an organization's events, the newest event first; `eventIds` null for all of them. */
export async function listClosureStates(
  db: Queryable,
  of: { organizationId: string; eventIds: readonly string[] | null; state: ClosureState | null },
  { after, limit }: { after: string | null; limit: number },
): Promise<ListedClosure[]> {
  const values = [of.organizationId, of.eventIds, of.state, after ?? HIGHEST_ID, limit];
  const rows = await db.query<StateRow>(listStates, values);
  return rows.map((row) => ({
    eventId: row.of_event,
    name: row.name,
    endsAt: row.ends_at,
    closedAt: row.closed_at,
    ...toEventClosure(row),
  }));
}

function toEventClosure(row: StateRow): EventClosure {
  const { state } = row;
  return {
    state,
    dueAt: row.due_at,
    waitsUntil: state === 'waiting_for_devices' ? row.waits_until : null,
    lastRun: row.run_id === null ? null : toStoredRun(row),
    correction:
      row.requested_at === null
        ? null
        : {
            requestedAt: row.requested_at,
            reason: row.reason,
            corrected: { attended: row.corrected_attended, noShow: row.corrected_no_show },
            error: row.correction_error,
          },
  };
}

/** Outer-joined to the latest run and to the open correction. */
type StateRow = {
  of_event: string;
  name: string;
  ends_at: Date;
  closed_at: Date | null;
  due_at: Date | null;
  waits_until: Date;
  state: ClosureState;
} & (RunRow | { run_id: null }) &
  (
    | {
        requested_at: Date;
        reason: string;
        corrected_attended: number;
        corrected_no_show: number;
        correction_error: string | null;
      }
    | { requested_at: null }
  );
