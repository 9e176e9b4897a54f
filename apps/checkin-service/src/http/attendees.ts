import { provesPresence } from '@turnout/attendance/enrollment';
import { evaluate } from '@turnout/attendance/requirement';
import { type Attendee, findAttendee, searchAttendees } from '@turnout/attendance-store/door/find-attendee';
import { findEvent } from '@turnout/attendance-store/find-event';
import type { StoredEvent } from '@turnout/attendance-store/stored';
import { attendeeSearchQuery } from '@turnout/contracts/http/attendees';
import { page, readCursor, writeCursor } from '@turnout/contracts/http/pagination';
import { id, scannedCode } from '@turnout/contracts/primitives';
import { validationFailed } from '@turnout/runtime/http/problems';
import type { Reply } from '@turnout/runtime/http/reply';
import { z } from 'zod';
import type { CheckinContext } from '../context.ts';
import { unknownCode } from './refusals.ts';
import { route } from './route.ts';

const lookers = ['front_desk', 'supervisor', 'admin', 'auditor'] as const;

export function findAttendeeRoute({ db }: CheckinContext) {
  return route({
    method: 'get',
    path: '/v1/events/:eventId/attendees/:accessCode',
    allow: lookers,
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
    allow: lookers,
    params: z.object({ eventId: id }),
    query: z.object({ ...page, ...attendeeSearchQuery }),
    async handle({ principal, params, query }): Promise<Reply> {
      const { organizationId, role } = principal;
      const event = await findEvent(db, organizationId, params.eventId);
      if (!event) return { problem: 'not_found' };
      const list = `attendees of ${event.id}`;
      const after =
        query.cursor === undefined ? null : readCursor(query.cursor, list, organizationId, hitKey);
      if (query.cursor !== undefined && !after) return validationFailed([foreignCursor]);

      const seesEmail = role !== 'front_desk';
      const found = await searchAttendees(db, {
        organizationId,
        eventId: event.id,
        text: query.search.trim(),
        inEmail: seesEmail,
        after: after?.[0] ?? null,
        limit: query.limit + 1,
      });
      const items = found.slice(0, query.limit);
      const last = found.length > items.length ? items.at(-1) : undefined;
      return {
        status: 200,
        body: {
          items: items.map((attendee) => hit(attendee, event, seesEmail)),
          nextCursor: last ? writeCursor(list, organizationId, [last.enrollmentId]) : null,
        },
      };
    },
  });
}

/** The enrollment of the last hit: a name would stand in the logs of every proxy. */
const hitKey = z.tuple([z.uuid()]);

const foreignCursor = { path: 'cursor', message: 'must be a nextCursor of this list' };

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
