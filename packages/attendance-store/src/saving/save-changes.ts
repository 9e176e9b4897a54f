import { cloudEventsJson } from '@turnout/contracts/events/envelope';
import { enqueue } from '@turnout/outbox/enqueue';
import type { Statement, Tx } from '@turnout/runtime/postgres';
import type { Change } from '../fact.ts';
import type { ChangeContext } from '../stored.ts';
import { type AnsweredScan, insertScans, scanValues } from './answered-scan.ts';
import { insertDoorChecks } from './insert-door-checks.ts';
import { insertRedemptions } from './insert-redemptions.ts';
import { noAttempts, type ScanAttempts, saveAttempts } from './save-attempts.ts';
import { saveBadges } from './save-badges.ts';
import { saveOrders } from './save-orders.ts';
import { together } from './together.ts';
import { toWriteSet, type WriteSet } from './write-set.ts';

// The event's id comes with each row, so that PostgreSQL looks up each by its whole key, as with annulments below.
const moveEnrollments: Statement = {
  name: 'move_enrollments',
  text: `
    update attendance.enrollments e
    set status = u.status, version = u.version, verdict_by = u.verdict_by,
      attended_at = case when u.status = 'attended' then $2::timestamptz end,
      cancelled_at = case when u.status = 'cancelled' then $2::timestamptz end
    from unnest($1::uuid[], $3::uuid[], $4::int[], $5::text[], $6::int[], $7::text[])
      as u (event_id, enrollment_id, version_before, status, version, verdict_by)
    where e.event_id = u.event_id and e.enrollment_id = u.enrollment_id and e.version = u.version_before`,
};

const insertCheckIns: Statement = {
  name: 'insert_check_ins',
  text: `
    insert into attendance.check_ins
      (event_id, recorded_at, check_in_id, enrollment_id, day, scanned_at, station, direction, source, device_id,
       scan_id, turned_away)
    select $1::uuid, $2::timestamptz, * from unnest($3::uuid[], $4::uuid[], $5::date[], $6::timestamptz[], $7::text[],
      $8::text[], $9::text[], $10::uuid[], $11::uuid[], $12::boolean[])`,
};

const insertTransitions: Statement = {
  name: 'insert_transitions',
  text: `
    insert into attendance.transitions
      (event_id, at, organization_id, enrollment_id, version, transition_id, from_status, to_status, triggered_by,
       reason, evidence, message_id, actor, cause)
    select $1::uuid, $2::timestamptz, * from unnest($3::uuid[], $4::uuid[], $5::int[], $6::uuid[], $7::text[],
      $8::text[], $9::text[], $10::text[], $11::jsonb[], $12::uuid[], $13::jsonb[], $14::text[])`,
};

// What a scan writes, in one go: each statement by itself costs it about 50 microseconds, here and in the database.
const recordScans = together('record_scans', [
  insertScans,
  moveEnrollments,
  insertCheckIns,
  insertTransitions,
]);

const annulCheckIns: Statement = {
  name: 'annul_check_ins',
  text: `
    update attendance.check_ins c
    set annulled_at = $2, annulled_by = u.annulled_by, annulment_reason = u.reason
    from unnest($1::uuid[], $3::uuid[], $4::uuid[], $5::text[], $6::jsonb[])
      as u (event_id, enrollment_id, check_in_id, reason, annulled_by)
    where c.event_id = u.event_id and c.enrollment_id = u.enrollment_id and c.check_in_id = u.check_in_id
      and c.annulled_at is null`,
};

/**
 * Writes a batch of changes to one event as sets, and enqueues what they announce: last, because the outbox holds its
 * lock until the commit. The statements go out together with the commit: nothing here waits.
 *
 * The update names the version each enrollment had when it was decided, so that even without the row lock nothing
 * could be overwritten. An update that missed fails the transaction: the primary key of the audit trail (event,
 * enrollment, version) has a row of that version already. Annulments rest on the row lock alone.
 */
export function saveChanges(
  tx: Tx,
  { eventId, changes, answers, attempts = noAttempts, context, at }: Changes,
): void {
  const set = toWriteSet(changes, context, at);
  if (answers.length > 0) {
    // The unique key of the scans tells that someone else has answered one meanwhile, and the batch is decided anew.
    tx.send(recordScans, [
      ...scanValues(eventId, at, answers),
      ...moveValues(eventId, at, set),
      ...checkInValues(eventId, at, set),
      ...transitionValues(eventId, at, set),
    ]);
  } else {
    if (set.enrollments.length > 0) tx.send(moveEnrollments, moveValues(eventId, at, set));
    if (set.checkIns.length > 0) tx.send(insertCheckIns, checkInValues(eventId, at, set));
    if (set.transitions.length > 0) tx.send(insertTransitions, transitionValues(eventId, at, set));
  }
  if (set.annulments.length > 0) tx.send(annulCheckIns, annulmentValues(eventId, at, set));
  saveBadges(tx, set, at);
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

/** What a decision about enrollments of one event wants to be written. */
export interface Changes {
  eventId: string;
  changes: readonly Change[];
  answers: readonly AnsweredScan[];
  attempts?: ScanAttempts | undefined;
  context: ChangeContext;
  /** The time of record. */
  at: Date;
}

function moveValues(eventId: string, at: Date, { enrollments: rows }: WriteSet): unknown[] {
  return [
    rows.map(() => eventId),
    at,
    rows.map(({ enrollment }) => enrollment.id),
    rows.map(({ enrollment }) => enrollment.version),
    rows.map(({ status }) => status),
    rows.map(({ version }) => version),
    rows.map(({ verdictBy }) => verdictBy),
  ];
}

function checkInValues(eventId: string, at: Date, { checkIns: rows }: WriteSet): unknown[] {
  return [
    eventId,
    at,
    rows.map(({ checkIn }) => checkIn.id),
    rows.map(({ enrollment }) => enrollment.id),
    rows.map(({ checkIn }) => checkIn.day),
    rows.map(({ checkIn }) => checkIn.scannedAt.toISOString()),
    rows.map(({ checkIn }) => checkIn.station),
    rows.map(({ checkIn }) => checkIn.direction),
    rows.map(({ checkIn }) => checkIn.source),
    rows.map(({ checkIn }) => checkIn.deviceId),
    rows.map(({ checkIn }) => checkIn.scanId),
    rows.map(({ checkIn }) => checkIn.turnedAway),
  ];
}

function transitionValues(eventId: string, at: Date, { transitions: rows }: WriteSet): unknown[] {
  return [
    eventId,
    at,
    rows.map(({ enrollment }) => enrollment.organizationId),
    rows.map(({ enrollment }) => enrollment.id),
    rows.map(({ version }) => version),
    rows.map(({ id }) => id),
    rows.map(({ move }) => move.from),
    rows.map(({ move }) => move.to),
    rows.map(({ move }) => move.triggeredBy),
    rows.map(({ move }) => move.reason),
    rows.map(({ move }) => move.evidence && JSON.stringify(move.evidence)),
    rows.map(({ messageId }) => messageId),
    rows.map(({ by }) => JSON.stringify(by.actor)),
    rows.map(({ by }) => by.cause),
  ];
}

function annulmentValues(eventId: string, at: Date, { annulments: rows }: WriteSet): unknown[] {
  return [
    rows.map(() => eventId),
    at,
    rows.map(({ enrollmentId }) => enrollmentId),
    rows.map(({ checkInId }) => checkInId),
    rows.map(({ reason }) => reason),
    rows.map(({ by }) => JSON.stringify({ ...by.actor, cause: by.cause })),
  ];
}
