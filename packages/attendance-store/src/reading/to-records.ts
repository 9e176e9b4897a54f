import type { CheckInModel } from '../models/check-in-model.ts';
import type { EnrollmentModel } from '../models/enrollment-model.ts';
import type { TransitionModel } from '../models/transition-model.ts';
import type { CheckInRecord, EnrollmentRecord, TransitionRecord } from './records.ts';

/** Throws when the row was read without its participant. */
export function toEnrollmentRecord(row: EnrollmentModel): EnrollmentRecord {
  const { participant } = row;
  if (!participant) throw new Error(`enrollment ${row.enrollmentId} was read without its participant`);
  return {
    id: row.enrollmentId,
    eventId: row.eventId,
    status: row.status,
    version: row.version,
    accessCode: row.accessCode,
    ticketType: row.ticketType,
    attendedAt: row.attendedAt,
    participant: {
      id: participant.participantId,
      name: participant.name,
      email: participant.email,
      locale: participant.locale,
      externalId: participant.externalId,
    },
    createdAt: row.createdAt,
  };
}

/** A check-in as its row says it, annulled or not. */
export function toCheckInRecord(row: CheckInModel): CheckInRecord {
  return {
    id: row.checkInId,
    day: row.day,
    scannedAt: row.scannedAt,
    recordedAt: row.recordedAt,
    station: row.station,
    direction: row.direction,
    source: row.source,
    deviceId: row.deviceId,
    annulledAt: row.annulledAt,
    annulmentReason: row.annulmentReason,
    turnedAway: row.turnedAway,
  };
}

/** One row of the audit trail. */
export function toTransitionRecord(row: TransitionModel): TransitionRecord {
  return {
    id: row.transitionId,
    enrollmentId: row.enrollmentId,
    from: row.fromStatus,
    to: row.toStatus,
    triggeredBy: row.triggeredBy,
    actor: row.actor,
    reason: row.reason,
    evidence: row.evidence,
    version: row.version,
    at: row.at,
    cause: row.cause,
  };
}
