import { evaluate } from '@turnout/attendance/requirement';
import type { EnrollmentStory } from '@turnout/attendance-store/reading/read-enrollment-story';
import type {
  CheckInRecord,
  EnrollmentRecord,
  TransitionRecord,
} from '@turnout/attendance-store/reading/records';
import type { annulledCheckIn } from '@turnout/contracts/http/check-ins';
import type { EnrollmentBody, enrollmentStory, TransitionBody } from '@turnout/contracts/http/enrollments';
import type { z } from 'zod';

export function enrollmentBody(enrollment: EnrollmentRecord): EnrollmentBody {
  return {
    id: enrollment.id,
    eventId: enrollment.eventId,
    status: enrollment.status,
    version: enrollment.version,
    accessCode: enrollment.accessCode,
    ticketType: enrollment.ticketType,
    attendedAt: enrollment.attendedAt?.toISOString() ?? null,
    participant: enrollment.participant,
    createdAt: enrollment.createdAt.toISOString(),
  };
}

/** The enrollment with all that happened to it, and what the rule says of that as of now. */
export function storyBody(story: EnrollmentStory): z.infer<typeof enrollmentStory> {
  return {
    ...enrollmentBody(story.enrollment),
    checkIns: story.checkIns.map(checkInBody),
    transitions: story.transitions.map(transitionBody),
    evaluation: evaluate(story.event, story.checkIns),
  };
}

export function transitionBody(transition: TransitionRecord): TransitionBody {
  return {
    id: transition.id,
    enrollmentId: transition.enrollmentId,
    from: transition.from,
    to: transition.to,
    triggeredBy: transition.triggeredBy,
    actor: transition.actor,
    reason: transition.reason,
    evidence: transition.evidence && { ...transition.evidence },
    version: transition.version,
    at: transition.at.toISOString(),
    cause: transition.cause,
  };
}

function checkInBody(checkIn: CheckInRecord): z.infer<typeof annulledCheckIn> {
  return {
    id: checkIn.id,
    day: checkIn.day,
    scannedAt: checkIn.scannedAt.toISOString(),
    recordedAt: checkIn.recordedAt.toISOString(),
    station: checkIn.station,
    direction: checkIn.direction,
    source: checkIn.source,
    annulledAt: checkIn.annulledAt?.toISOString() ?? null,
    annulmentReason: checkIn.annulmentReason,
  };
}
