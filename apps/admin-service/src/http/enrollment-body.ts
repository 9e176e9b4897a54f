import { evaluate } from '@turnout/attendance/requirement';
import type { EnrollmentStory } from '@turnout/attendance-store/reading/read-enrollment-story';
import type { EnrollmentRecord, TransitionRecord } from '@turnout/attendance-store/reading/records';
import { toAnnulledCheckInBody } from '@turnout/contracts/http/check-ins';
import type { EnrollmentBody, enrollmentStory, TransitionBody } from '@turnout/contracts/http/enrollments';
import type { z } from 'zod';

/** An enrollment as it is listed. */
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
    checkIns: story.checkIns.map(toAnnulledCheckInBody),
    transitions: story.transitions.map(transitionBody),
    evaluation: evaluate(story.event, story.checkIns),
  };
}

/** A row of the audit trail about one change of status. */
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
