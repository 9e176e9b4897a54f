import { fn, type QueryOptionsWithType, QueryTypes, type Transaction } from 'sequelize';
import type { AttendanceModels } from '../models/attendance-models.ts';
import { type EventModel, toStoredEvent } from '../models/event-model.ts';
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
  | { outcome: 'changed'; event: StoredEvent }
  | { outcome: 'refused'; refusal: Refusal };

/**
 * Changes an event, or not, as `decide` says about its present state. Answers null when the organization has no such
 * event.
 *
 * The event's row is locked against other changes and against the batches of a closure, which share it and read the
 * event anew: what `halfClosed` says is true to the end of the transaction, and the next batch judges by the event as it
 * is then. Check-ins only refer to the row and are not held up.
 *
 * `askForCheckIns` makes `hasCheckIns` known, and true to the end of the transaction. A check-in locks its enrollment,
 * then reads the event and counts for one of its days: so all enrollments are locked first, which waits for the
 * check-ins under way and lets later ones see the event as it is after this; they wait for that long.
 */
export async function changeEvent<Refusal>(
  models: AttendanceModels,
  { organizationId, eventId }: { organizationId: string; eventId: string },
  { askForCheckIns }: { askForCheckIns: boolean },
  decide: (state: EventState) => EventDecision<Refusal>,
): Promise<ChangedEvent<Refusal> | null> {
  return await models.sequelize.transaction(async (transaction) => {
    const row = await models.Event.findOne({
      where: { eventId, organizationId },
      attributes: { include: [[fn('clock_timestamp'), 'now']] },
      lock: transaction.LOCK.NO_KEY_UPDATE,
      transaction,
    });
    if (!row) return null;
    const decision = decide({
      event: toStoredEvent(row),
      now: row.get('now') as Date,
      halfClosed: await isHalfClosed(models, row, transaction),
      hasCheckIns: askForCheckIns ? await holdCheckIns(models, eventId, transaction) : null,
    });
    if (decision.outcome === 'refused') return decision;
    const { requirement, ...changes } = decision.changes;
    await row.update({ ...changes, ...(requirement && toRequirementColumns(requirement)) }, { transaction });
    return { outcome: 'changed', event: toStoredEvent(row) };
  });
}

async function isHalfClosed({ Enrollment }: AttendanceModels, event: EventModel, transaction: Transaction) {
  if (event.closedAt !== null || Number(event.closureEpoch) === 0) return false;
  const judged = await Enrollment.findOne({
    attributes: ['enrollmentId'],
    where: { eventId: event.eventId, status: ['attended', 'no_show'] },
    transaction,
  });
  return judged !== null;
}

const lockEnrollments = `
  select count(*) from (
    select 1 from attendance.enrollments where event_id = $1 order by enrollment_id for share
  ) locked`;

const findCheckIn = 'select exists (select from attendance.check_ins where event_id = $1) as found';

/** Lets no check-in of this event begin or end until the transaction does, and says whether there is one. */
async function holdCheckIns(
  { sequelize }: AttendanceModels,
  eventId: string,
  transaction: Transaction,
): Promise<boolean> {
  const options: QueryOptionsWithType<QueryTypes.SELECT> = {
    bind: [eventId],
    type: QueryTypes.SELECT,
    transaction,
  };
  await sequelize.query(lockEnrollments, options);
  const [answer] = await sequelize.query<{ found: boolean }>(findCheckIn, options);
  return answer?.found ?? false;
}
