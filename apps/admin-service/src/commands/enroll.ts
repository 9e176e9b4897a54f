import type { Principal } from '@turnout/access/principal';
import { enrollParticipants } from '@turnout/attendance-store/enrolling/enroll-participants';
import type { EnrollRefusal, RefusedRow } from '@turnout/attendance-store/enrolling/judge-rows';
import type { EnrollmentRecord } from '@turnout/attendance-store/reading/records';
import type { EnrollRequest } from '@turnout/contracts/http/enrollments';
import type { Db } from '@turnout/runtime/postgres';
import { contextOf } from './change-context.ts';

export type EnrolledOne =
  | { outcome: 'enrolled'; enrollment: EnrollmentRecord }
  | { outcome: 'refused'; refusal: EnrollRefusal | { code: 'event_cancelled'; cancelledAt: Date } };

/** Enrolls one person. Answers null when the organization has no such event. */
export async function enroll(
  db: Db,
  command: { principal: Principal; eventId: string; request: EnrollRequest; requestId: string },
): Promise<EnrolledOne | null> {
  const { principal, eventId, request, requestId } = command;
  const { name, email, locale = null, externalId = null } = request.participant;
  const row = {
    participant: { name, email, locale, externalId },
    accessCode: request.accessCode ?? null,
    ticketType: request.ticketType ?? null,
  };
  const enrolled = await enrollParticipants(
    db,
    { organizationId: principal.organizationId, eventIds: principal.eventIds, eventId },
    [row],
    contextOf(principal, requestId),
  );
  switch (enrolled?.outcome) {
    case undefined:
      return null;
    case 'event_cancelled':
      return { outcome: 'refused', refusal: { code: 'event_cancelled', cancelledAt: enrolled.cancelledAt } };
    case 'refused':
      return { outcome: 'refused', refusal: firstOf(enrolled.refused) };
    case 'enrolled':
      return { outcome: 'enrolled', enrollment: only(enrolled.enrollments) };
  }
}

/** The first reason that applies. One row repeats no other. */
function firstOf([first]: readonly RefusedRow[]): EnrollRefusal {
  if (!first || 'sameAs' in first.refusal) throw new Error('one row was refused, and not for itself');
  return first.refusal;
}

function only<Item>([item]: readonly Item[]): Item {
  if (item === undefined) throw new Error('one row was enrolled, and nothing was answered about it');
  return item;
}
