import { answerPage } from '@turnout/access/answer-page';
import { provesPresence } from '@turnout/attendance/enrollment';
import { evaluate } from '@turnout/attendance/requirement';
import { type Attendee, findAttendee, searchAttendees } from '@turnout/attendance-store/door/find-attendee';
import { findEvent } from '@turnout/attendance-store/find-event';
import type { StoredEvent } from '@turnout/attendance-store/stored';
import { attendee, attendeeHit, attendeeSearchQuery } from '@turnout/contracts/http/attendees';
import { listOf, page } from '@turnout/contracts/http/pagination';
import { id, scannedCode } from '@turnout/contracts/primitives';
import type { Reply } from '@turnout/runtime/http/reply';
import { z } from 'zod';
import { unknownCode } from '../answers/refusals.ts';
import type { CheckinContext } from '../context.ts';
import { lookers, oneEvent, route } from './route.ts';

export function findAttendeeRoute({ db }: CheckinContext) {
  return route({
    method: 'get',
    path: '/v1/events/:eventId/attendees/:accessCode',
    summary: 'Looks up a badge',
    answers: { 200: attendee },
    refusals: ['unknown_code'],
    allow: lookers,
    urgent: true,
    params: z.object({ eventId: id, accessCode: scannedCode }),
    async handle({ principal, params }): Promise<Reply> {
      const { organizationId } = principal;
      const event = await findEvent(db, organizationId, params.eventId);
      if (!event) return { problem: 'not_found' };
      const attendee = await findAttendee(db, organizationId, event.id, params.accessCode);
      if (!attendee) {
        return { problem: 'unknown_code', detail: unknownCode(event) };
      }
      return { status: 200, body: badge(attendee, event) };
    },
  });
}

export function searchAttendeesRoute({ db }: CheckinContext) {
  return route({
    method: 'get',
    path: '/v1/events/:eventId/attendees',
    summary: 'Searches attendees by name, and for some roles by e-mail address',
    answers: { 200: listOf(attendeeHit) },
    allow: lookers,
    params: oneEvent,
    query: z.object({ ...page, ...attendeeSearchQuery }),
    async handle({ principal, params, query }): Promise<Reply> {
      const { organizationId, role } = principal;
      const event = await findEvent(db, organizationId, params.eventId);
      if (!event) return { problem: 'not_found' };
      const seesEmail = role !== 'front_desk';
      const filters = { text: query.search.trim(), inEmail: seesEmail };
      return await answerPage({
        list: `attendees of ${event.id}`,
        filters,
        principal,
        query,
        load: (after, limit) =>
          searchAttendees(db, { organizationId, eventId: event.id, ...filters, after, limit }),
        // A name would stand in the logs of every proxy.
        idOf: (attendee) => attendee.enrollmentId,
        toBody: (attendee) => hit(attendee, event, seesEmail),
      });
    },
  });
}

function badge(attendee: Attendee, event: StoredEvent) {
  const entries = attendee.checkIns
    .filter(provesPresence)
    .sort((one, other) => one.scannedAt.getTime() - other.scannedAt.getTime());
  const [first] = entries;
  return {
    enrollmentId: attendee.enrollmentId,
    displayName: attendee.displayName,
    ticketType: attendee.ticketType,
    status: attendee.status,
    firstCheckIn: first
      ? { scannedAt: first.scannedAt.toISOString(), station: first.station, day: first.day }
      : null,
    checkInCount: entries.length,
    presentDays: evaluate(event, attendee.checkIns).presentDays,
  };
}

function hit(attendee: Attendee, event: StoredEvent, seesEmail: boolean) {
  return {
    enrollmentId: attendee.enrollmentId,
    displayName: attendee.displayName,
    ...(seesEmail ? { email: attendee.email } : {}),
    ticketType: attendee.ticketType,
    status: attendee.status,
    presentDays: evaluate(event, attendee.checkIns).presentDays,
  };
}
