import type { Move } from '@turnout/attendance/moves';
import { type CheckInAnnulled, checkInAnnulledType } from '@turnout/contracts/events/check-in-annulled';
import { type CheckInRecorded, checkInRecordedType } from '@turnout/contracts/events/check-in-recorded';
import {
  type EnrollmentCancelled,
  enrollmentCancelledType,
} from '@turnout/contracts/events/enrollment-cancelled';
import { type CloudEventFacts, toCloudEvent } from '@turnout/contracts/events/envelope';
import {
  type ParticipantAttended,
  participantAttendedType,
} from '@turnout/contracts/events/participant-attended';
import { type ParticipantNoShow, participantNoShowType } from '@turnout/contracts/events/participant-no-show';
import type { PublicEvent } from '@turnout/contracts/events/public-event';
import { newId } from '@turnout/runtime/ids';
import type { Fact } from './fact.ts';
import type { EnrollmentState } from './stored.ts';

/** What a fact says to the outside, and which of those messages announces its change of status. */
export interface Announcement {
  events: PublicEvent[];
  /** The id of the message that announces the move; null where nothing moved or nothing is announced. */
  moveMessageId: string | null;
}

/**
 * The public events of one fact. No personal data: ids, days, verdicts and codes of reasons.
 *
 * @param version the enrollment's version after the fact
 * @param at the time of record
 * @param traceparent of the trace that caused it
 */
export function toPublicEvents(
  enrollment: EnrollmentState,
  fact: Fact,
  version: number,
  at: Date,
  traceparent: string | undefined,
): Announcement {
  const announce = announcer(enrollment, version, at, traceparent);
  switch (fact.kind) {
    case 'checked_in': {
      if (fact.outcome === 'exit') return { events: [], moveMessageId: null };
      const recorded = announce<CheckInRecorded>(checkInRecordedType, {
        checkInId: fact.checkIn.id,
        outcome: fact.outcome,
        day: fact.checkIn.day,
        scannedAt: fact.checkIn.scannedAt.toISOString(),
        recordedAt: fact.checkIn.recordedAt.toISOString(),
        source: fact.checkIn.source,
        movedToCheckedIn: fact.move?.to === 'checked_in',
      });
      return together(recorded, fact.move && announceMove(announce, enrollment, fact.move, at));
    }
    case 'annulled': {
      if (fact.checkIn.direction === 'exit') return { events: [], moveMessageId: null };
      const annulled = announce<CheckInAnnulled>(checkInAnnulledType, {
        checkInId: fact.checkIn.id,
        day: fact.checkIn.day,
        annulledAt: at.toISOString(),
        movedToConfirmed: fact.move?.to === 'confirmed',
      });
      return together(annulled, fact.move && announceMove(announce, enrollment, fact.move, at));
    }
    case 'moved': {
      const event = announceMove(announce, enrollment, fact.move, at);
      return { events: event ? [event] : [], moveMessageId: event?.id ?? null };
    }
    case 'redeemed':
    case 'door_checked':
    case 'badge_changed':
    case 'ordered':
      return { events: [], moveMessageId: null };
  }
}

/** A move has a message of its own, or is told by the check-in that caused it. */
function together(cause: PublicEvent, move: PublicEvent | null): Announcement {
  return move
    ? { events: [cause, move], moveMessageId: move.id }
    : { events: [cause], moveMessageId: cause.id };
}

/** The event of a verdict or a cancellation; the other moves are announced by their check-in. */
function announceMove(
  announce: Announce,
  enrollment: EnrollmentState,
  move: Move,
  at: Date,
): PublicEvent | null {
  const { participantId } = enrollment;
  const { triggeredBy } = move;
  switch (move.to) {
    case 'attended':
      return announce<ParticipantAttended>(participantAttendedType, {
        participantId,
        attendedAt: at.toISOString(),
        triggeredBy,
        reason: attendedReason(move),
        corrects: move.from === 'no_show' ? 'no_show' : null,
        evidence: verdictEvidence(move),
      });
    case 'no_show':
      return announce<ParticipantNoShow>(participantNoShowType, {
        participantId,
        triggeredBy,
        reason: noShowReason(move),
        corrects: move.from === 'attended' ? 'attended' : null,
        evidence: verdictEvidence(move),
      });
    case 'cancelled':
      return announce<EnrollmentCancelled>(enrollmentCancelledType, {
        participantId,
        from: move.from === 'checked_in' ? 'checked_in' : 'confirmed',
        triggeredBy,
      });
    case 'confirmed':
    case 'checked_in':
      return null;
  }
}

function attendedReason({ code }: Move): ParticipantAttended['data']['reason'] {
  if (code === 'requirement_met' || code === 'late_evidence' || code === 'override' || code === 'correction')
    return code;
  throw new Error(`nobody becomes attended by ${code}`);
}

function noShowReason({ code }: Move): ParticipantNoShow['data']['reason'] {
  if (
    code === 'never_checked_in' ||
    code === 'requirement_not_met' ||
    code === 'check_in_annulled' ||
    code === 'correction'
  ) {
    return code;
  }
  throw new Error(`nobody becomes a no-show by ${code}`);
}

function verdictEvidence(move: Move): ParticipantAttended['data']['evidence'] {
  if (!move.evidence) throw new Error(`a move to ${move.to} has no evidence`);
  return { ...move.evidence, daysPresent: [...move.evidence.daysPresent] };
}

type Announce = <Event extends PublicEvent>(
  type: Event['type'],
  data: Omit<Event['data'], 'eventId' | 'enrollmentId'>,
) => PublicEvent;

function announcer(
  enrollment: EnrollmentState,
  version: number,
  at: Date,
  traceparent: string | undefined,
): Announce {
  return (type, data) => {
    const facts: CloudEventFacts<typeof type, unknown> = {
      id: newId(),
      type,
      organizationId: enrollment.organizationId,
      eventId: enrollment.eventId,
      subject: enrollment.id,
      sequence: version,
      time: at,
      traceparent,
      data: { eventId: enrollment.eventId, enrollmentId: enrollment.id, ...data },
    };
    // Each call above ties `data` to its `type`; the union can't follow that through a generic.
    return toCloudEvent(facts) as unknown as PublicEvent;
  };
}
