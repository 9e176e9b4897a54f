import { toCloudEvent } from '@turnout/contracts/events/envelope';
import { eventClosedType } from '@turnout/contracts/events/event-closed';
import { eventClosureFailedType } from '@turnout/contracts/events/event-closure-failed';
import { participantAttendedType } from '@turnout/contracts/events/participant-attended';
import { newId } from '@turnout/runtime/ids';

export interface Subject {
  organizationId: string;
  eventId: string;
  enrollmentId: string;
}

interface AttendedFacts {
  id?: string;
  sequence?: number;
  daysPresent?: string[];
  corrects?: 'no_show' | null;
}

/** A ParticipantAttended, as it is published. */
export function attendedEvent(subject: Subject, facts: AttendedFacts = {}) {
  const { organizationId, eventId, enrollmentId } = subject;
  const time = new Date('2026-05-03T16:00:00Z');
  return toCloudEvent({
    id: facts.id ?? newId(),
    type: participantAttendedType,
    organizationId,
    eventId,
    subject: enrollmentId,
    sequence: facts.sequence ?? 3,
    time,
    data: {
      eventId,
      enrollmentId,
      participantId: newId(),
      attendedAt: time.toISOString(),
      triggeredBy: 'system' as const,
      reason: 'requirement_met' as const,
      corrects: facts.corrects ?? null,
      evidence: {
        daysPresent: facts.daysPresent ?? ['2026-05-01', '2026-05-03'],
        required: 2,
        rule: 'minimum_days' as const,
      },
    },
  });
}

export const anybody = (): Subject => ({
  organizationId: newId(),
  eventId: newId(),
  enrollmentId: newId(),
});

/** An EventClosed, as it is published: about the event, and nobody in it. */
export function closedEvent({ organizationId, eventId }: Omit<Subject, 'enrollmentId'>) {
  const time = new Date('2026-05-03T16:00:00Z');
  return toCloudEvent({
    id: newId(),
    type: eventClosedType,
    organizationId,
    eventId,
    subject: eventId,
    sequence: 1,
    time,
    data: {
      eventId,
      runId: newId(),
      closedAt: time.toISOString(),
      firstClosure: true,
      counts: { attended: 1, noShow: 0 },
      totals: { attended: 1, noShow: 0, cancelled: 0 },
    },
  });
}

/** An EventClosureFailed, as it is published, of an event of its own. */
export function closureFailedEvent(organizationId: string) {
  const time = new Date('2026-05-03T16:00:00Z');
  const eventId = newId();
  return toCloudEvent({
    id: newId(),
    type: eventClosureFailedType,
    organizationId,
    eventId,
    subject: eventId,
    sequence: 1,
    time,
    data: { eventId, runId: newId(), attempts: 4, failedAt: time.toISOString() },
  });
}
