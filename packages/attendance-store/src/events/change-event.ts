import type { Statement, Tx } from '@turnout/runtime/postgres';
import { type EventRow, eventColumns, toStoredEvent } from '../event-row.ts';
import type { StoredEvent } from '../stored.ts';
import { type EventFields, toRequirementColumns } from './event-fields.ts';

/** What is known of an event when a change of it is decided. */
export interface EventState {
  event: StoredEvent;
  /** The database's clock. */
  now: Date;
  /** A closure has given verdicts and has not finished. */
  halfClosed: boolean;
  /** Whether there is a check-in, also an annulled one. Known only to a change that asked for it; otherwise null. */
  hasCheckIns: boolean | null;
}

export interface EventChanges extends Partial<EventFields> {
  cancelledAt?: Date;
  cancellationReason?: string;
}

export type EventDecision<Refusal> =
  | { outcome: 'change'; changes: EventChanges }
  | { outcome: 'refused'; refusal: Refusal };

export type ChangedEvent<Refusal> =
  | { outcome: 'changed'; before: StoredEvent; event: StoredEvent }
  | { outcome: 'refused'; refusal: Refusal };

const lockEvent: Statement = {
  name: 'lock_event_to_change',
  text: `
    select ${eventColumns}, closure_epoch, clock_timestamp() as now
    from attendance.events where event_id = $1 and organization_id = $2
    for no key update`,
};

const findVerdict: Statement = {
  name: 'find_any_verdict',
  text: `
    select exists (
      select from attendance.enrollments where event_id = $1 and status in ('attended', 'no_show')
    ) as found`,
};

// Before the enrollments, like the judging of a correction: the change may have to end the one that is open.
const lockCorrection: Statement = {
  name: 'hold_correction_of_event',
  text: `
    select from attendance.corrections where event_id = $1 and finished_at is null
    for update`,
};

const lockEnrollments: Statement = {
  name: 'hold_enrollments_of_event',
  text: `
    select count(*) from (
      select 1 from attendance.enrollments where event_id = $1 order by enrollment_id for share
    ) locked`,
};

const findCheckIn: Statement = {
  name: 'find_any_check_in',
  text: 'select exists (select from attendance.check_ins where event_id = $1) as found',
};

const update: Statement = {
  name: 'change_event',
  text: `
    update attendance.events
    set name = $2, time_zone = $3, starts_at = $4, ends_at = $5, day_boundary = $6, requirement_type = $7,
      requirement_days = $8, closure_grace_minutes = $9, device_grace_minutes = $10, reentry = $11,
      admission_opens_at = $12, cancelled_at = $13, cancellation_reason = $14
    where event_id = $1
    returning ${eventColumns}`,
};

/**
 * Changes an event, or not, as `decide` says about its present state. Answers null when the organization has no such
 * event.
 *
 * The event's row is locked against other changes and against the batches of a closure, which share it and read the
 * event anew: what `halfClosed` says is true to the end of the transaction, and the next batch judges by the event as
 * it is then. Check-ins only refer to the row and are not held up.
 *
 * `askForCheckIns` makes `hasCheckIns` known, and true to the end of the transaction. A check-in locks its enrollment,
 * then reads the event and counts for one of its days: so all enrollments are locked first, which waits for the
 * check-ins under way and lets later ones see the event as it is after this; they wait for that long.
 */
export async function changeEvent<Refusal>(
  tx: Tx,
  { organizationId, eventId }: { organizationId: string; eventId: string },
  { askForCheckIns }: { askForCheckIns: boolean },
  decide: (state: EventState) => EventDecision<Refusal>,
): Promise<ChangedEvent<Refusal> | null> {
  const [row] = await tx.query<LockedRow>(lockEvent, [eventId, organizationId]);
  if (!row) return null;
  const before = toStoredEvent(row);
  const decision = decide({
    event: before,
    now: row.now,
    halfClosed: await isHalfClosed(tx, row),
    hasCheckIns: askForCheckIns ? await holdCheckIns(tx, eventId) : null,
  });
  if (decision.outcome === 'refused') return decision;
  const [changed] = await tx.query<EventRow>(update, valuesOf({ ...before, ...decision.changes }));
  if (!changed) throw new Error(`event ${eventId} disappeared while it was locked`);
  return { outcome: 'changed', before, event: toStoredEvent(changed) };
}

function valuesOf(event: StoredEvent): unknown[] {
  const { requirementType, requirementDays } = toRequirementColumns(event.requirement);
  return [
    event.id,
    event.name,
    event.timeZone,
    event.startsAt,
    event.endsAt,
    event.dayBoundary,
    requirementType,
    requirementDays,
    event.closureGraceMinutes,
    event.deviceGraceMinutes,
    event.reentry,
    event.admissionOpensAt,
    event.cancelledAt,
    event.cancellationReason,
  ];
}

async function isHalfClosed(tx: Tx, { event_id, closed_at, closure_epoch }: LockedRow): Promise<boolean> {
  if (closed_at !== null || closure_epoch === 0) return false;
  const [answer] = await tx.query<{ found: boolean }>(findVerdict, [event_id]);
  return answer?.found ?? false;
}

/** Lets no check-in of this event begin or end until the transaction does, and says whether there is one. */
async function holdCheckIns(tx: Tx, eventId: string): Promise<boolean> {
  const [, , [answer]] = await Promise.all([
    tx.query(lockCorrection, [eventId]),
    tx.query(lockEnrollments, [eventId]),
    tx.query<{ found: boolean }>(findCheckIn, [eventId]),
  ]);
  return answer?.found ?? false;
}

type LockedRow = EventRow & { closure_epoch: number; now: Date };
