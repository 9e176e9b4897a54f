import { cloudEventsJson } from '@turnout/contracts/events/envelope';
import { enqueue } from '@turnout/outbox/enqueue';
import type { Statement, Tx } from '@turnout/runtime/postgres';
import type { Change } from '../fact.ts';
import type { ChangeContext } from '../stored.ts';
import { type AnsweredScan, insertAnswers } from './insert-answers.ts';
import { insertDoorChecks } from './insert-door-checks.ts';
import { insertRedemptions } from './insert-redemptions.ts';
import { noAttempts, type ScanAttempts, saveAttempts } from './save-attempts.ts';
import { saveOrders } from './save-orders.ts';
import { toWriteSet, type WriteSet } from './write-set.ts';

const moveEnrollments: Statement = {
  name: 'move_enrollments',
  text: `
    update attendance.enrollments e
    set status = u.status, version = u.version, verdict_by = u.verdict_by,
      attended_at = case when u.status = 'attended' then $7::timestamptz end,
      cancelled_at = case when u.status = 'cancelled' then $7::timestamptz end
    from unnest($1::uuid[], $2::uuid[], $3::int[], $4::text[], $5::int[], $6::text[])
      as u (event_id, enrollment_id, version_before, status, version, verdict_by)
    where e.event_id = u.event_id and e.enrollment_id = u.enrollment_id and e.version = u.version_before`,
};

const insertCheckIns: Statement = {
  name: 'insert_check_ins',
  text: `
    insert into attendance.check_ins
      (event_id, check_in_id, enrollment_id, day, scanned_at, recorded_at, station, direction, source, device_id, scan_id,
       turned_away)
    select * from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::date[], $5::timestamptz[], $6::timestamptz[],
      $7::text[], $8::text[], $9::text[], $10::uuid[], $11::uuid[], $12::boolean[])`,
};

const annulCheckIns: Statement = {
  name: 'annul_check_ins',
  text: `
    update attendance.check_ins c
    set annulled_at = $5, annulled_by = u.annulled_by, annulment_reason = u.reason
    from unnest($1::uuid[], $2::uuid[], $3::text[], $4::jsonb[], $6::uuid[])
      as u (event_id, check_in_id, reason, annulled_by, enrollment_id)
    where c.event_id = u.event_id and c.enrollment_id = u.enrollment_id and c.check_in_id = u.check_in_id
      and c.annulled_at is null`,
};

const insertTransitions: Statement = {
  name: 'insert_transitions',
  text: `
    insert into attendance.transitions
      (event_id, enrollment_id, version, transition_id, organization_id, from_status, to_status, triggered_by,
       reason, evidence, message_id, actor, at, cause)
    select u.event_id, u.enrollment_id, u.version, u.transition_id, u.organization_id, u.from_status, u.to_status,
      u.triggered_by, u.reason, u.evidence, u.message_id, u.actor, $14::timestamptz, u.cause
    from unnest($1::uuid[], $2::uuid[], $3::int[], $4::uuid[], $5::uuid[], $6::text[], $7::text[], $8::text[],
      $9::text[], $10::jsonb[], $11::uuid[], $12::jsonb[], $13::text[])
      as u (event_id, enrollment_id, version, transition_id, organization_id, from_status, to_status, triggered_by,
        reason, evidence, message_id, actor, cause)`,
};

/**
 * Writes a batch of changes with one statement per table, and enqueues what they announce: last, because the outbox
 * holds its lock until the commit. The statements go out together with the commit: nothing here waits.
 *
 * The update names the version each enrollment had when it was decided, so that even without the row lock nothing
 * could be overwritten. An update that missed fails the transaction: the primary key of the audit trail (event,
 * enrollment, version) has a row of that version already.
 */
export function saveChanges(
  tx: Tx,
  changes: readonly Change[],
  answers: readonly AnsweredScan[],
  context: ChangeContext,
  at: Date,
  attempts: ScanAttempts = noAttempts,
): void {
  const set = toWriteSet(changes, context, at);
  // First, because a scan that someone else has answered meanwhile shows here, and the batch is decided anew.
  insertAnswers(tx, answers);
  saveEnrollments(tx, set, at);
  saveCheckIns(tx, set);
  saveAnnulments(tx, set, at);
  saveTransitions(tx, set, at);
  saveOrders(tx, set);
  insertRedemptions(tx, set);
  insertDoorChecks(tx, set);
  saveAttempts(tx, attempts);
  enqueue(
    tx,
    set.messages.map(({ event, trace }) => ({
      id: event.id,
      partitionKey: event.partitionkey,
      routingKey: event.type,
      contentType: cloudEventsJson,
      headers: { ...trace },
      body: JSON.stringify(event),
    })),
  );
}

function saveEnrollments(tx: Tx, { enrollments: rows }: WriteSet, at: Date): void {
  if (rows.length === 0) return;
  tx.send(moveEnrollments, [
    rows.map(({ enrollment }) => enrollment.eventId),
    rows.map(({ enrollment }) => enrollment.id),
    rows.map(({ enrollment }) => enrollment.version),
    rows.map(({ status }) => status),
    rows.map(({ version }) => version),
    rows.map(({ verdictBy }) => verdictBy),
    at,
  ]);
}

function saveCheckIns(tx: Tx, { checkIns: rows }: WriteSet): void {
  if (rows.length === 0) return;
  tx.send(insertCheckIns, [
    rows.map(({ enrollment }) => enrollment.eventId),
    rows.map(({ checkIn }) => checkIn.id),
    rows.map(({ enrollment }) => enrollment.id),
    rows.map(({ checkIn }) => checkIn.day),
    rows.map(({ checkIn }) => checkIn.scannedAt),
    rows.map(({ checkIn }) => checkIn.recordedAt),
    rows.map(({ checkIn }) => checkIn.station),
    rows.map(({ checkIn }) => checkIn.direction),
    rows.map(({ checkIn }) => checkIn.source),
    rows.map(({ checkIn }) => checkIn.deviceId),
    rows.map(({ checkIn }) => checkIn.scanId),
    rows.map(({ checkIn }) => checkIn.turnedAway),
  ]);
}

function saveAnnulments(tx: Tx, { annulments: rows }: WriteSet, at: Date): void {
  if (rows.length === 0) return;
  tx.send(annulCheckIns, [
    rows.map(({ eventId }) => eventId),
    rows.map(({ checkInId }) => checkInId),
    rows.map(({ reason }) => reason),
    rows.map(({ by }) => JSON.stringify({ ...by.actor, cause: by.cause })),
    at,
    rows.map(({ enrollmentId }) => enrollmentId),
  ]);
}

function saveTransitions(tx: Tx, { transitions: rows }: WriteSet, at: Date): void {
  if (rows.length === 0) return;
  tx.send(insertTransitions, [
    rows.map(({ enrollment }) => enrollment.eventId),
    rows.map(({ enrollment }) => enrollment.id),
    rows.map(({ version }) => version),
    rows.map(({ id }) => id),
    rows.map(({ enrollment }) => enrollment.organizationId),
    rows.map(({ move }) => move.from),
    rows.map(({ move }) => move.to),
    rows.map(({ move }) => move.triggeredBy),
    rows.map(({ move }) => move.reason),
    rows.map(({ move }) => move.evidence && JSON.stringify(move.evidence)),
    rows.map(({ messageId }) => messageId),
    rows.map(({ by }) => JSON.stringify(by.actor)),
    rows.map(({ by }) => by.cause),
    at,
  ]);
}
