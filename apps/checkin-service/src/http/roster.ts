import { findEvent } from '@turnout/attendance-store/find-event';
import { readClock } from '@turnout/attendance-store/read-clock';
import { loadRoster } from '@turnout/attendance-store/roster/load-roster';
import { type Roster, roster, rosterQuery } from '@turnout/contracts/http/roster';
import { validationFailed } from '@turnout/runtime/http/problems';
import type { Reply } from '@turnout/runtime/http/reply';
import { z } from 'zod';
import type { CheckinContext } from '../context.ts';
import { rosterEntries, rosterHead } from '../roster/roster-body.ts';
import { nextCursor, readPlace } from '../roster/roster-cursor.ts';
import { lookers, oneEvent, route } from './route.ts';

export function rosterRoute({ db }: CheckinContext) {
  return route({
    method: 'get',
    path: '/v1/events/:eventId/roster',
    summary: 'Reads a page of the sealed roster that lets a device decide offline',
    answers: { 200: roster },
    allow: lookers,
    params: oneEvent,
    query: z.object(rosterQuery),
    async handle({ principal, params, query }): Promise<Reply> {
      const { organizationId } = principal;
      const event = await findEvent(db, organizationId, params.eventId);
      if (!event) return { problem: 'not_found' };
      // Before the page is read, so that a round never claims to have begun later than it did.
      const now = await readClock(db);
      const place = readPlace(query.cursor, event, now);
      if (!place) return validationFailed([foreignCursor]);

      const { since, after } = place;
      const limit = query.limit + 1;
      const found = await loadRoster(db, { organizationId, eventId: event.id, since, after, limit });
      const people = found.slice(0, query.limit);
      const last = found.length > people.length ? (people.at(-1)?.enrollmentId ?? null) : null;
      const body: Roster = {
        ...rosterHead(event),
        serverTime: now.toISOString(),
        items: people.flatMap((person) => rosterEntries(person, event)),
        more: last !== null,
        nextCursor: nextCursor(event, place, last),
      };
      return { status: 200, body };
    },
  });
}

const foreignCursor = {
  path: 'cursor',
  message: 'must be a nextCursor of this roster; leave it out to load the roster from the start',
};
