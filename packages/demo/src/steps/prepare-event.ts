import { enrollmentBody } from '@turnout/contracts/http/enrollments';
import { type EventBody, eventBody } from '@turnout/contracts/http/events';
import { type Api, must, openApi, read } from '../api.ts';
import { type Calendar, DAY_BOUNDARY, readable, TIME_ZONE } from '../calendar.ts';
import { forEach } from '../for-each.ts';
import { kinds } from '../people.ts';
import type { Door, Person } from '../show.ts';
import type { Say } from '../stack.ts';

const DAY_MINUTES = 24 * 60;

/** Three days that are over. The grace keeps the scheduler from closing the event before the demonstration does. */
export async function createEvent(admin: Api, calendar: Calendar, say: Say): Promise<EventBody> {
  const answer = await admin.post('/v1/events', {
    name: 'TypeScript Days',
    timeZone: TIME_ZONE,
    startsAt: calendar.instant(1, '09:00'),
    endsAt: calendar.instant(4, '03:00'),
    dayBoundary: DAY_BOUNDARY,
    admissionOpensAt: calendar.instant(0, '12:00'),
    attendanceRequirement: { type: 'minimum_days', days: 2 },
    closureGraceMinutes: 5 * DAY_MINUTES,
  });
  const event = read(answer, 201, eventBody);
  say(`An event: ${event.name} in ${TIME_ZONE}, ${event.days.map(readable).join(', ')}, ended in the night`);
  say(
    `after. Each day runs until ${DAY_BOUNDARY}. Being there on at least 2 of the 3 days counts as attended.`,
  );
  return event;
}

/** Enrolls the cast. The addresses are new with each run, so that each run has people and mails of its own. */
export async function enrollEverybody(admin: Api, event: EventBody, say: Say): Promise<Person[]> {
  const run = event.id.slice(-8);
  const cast = kinds.flatMap((kind) => kind.names.map((name) => ({ name, kind })));
  const people = await forEach(cast, async ({ name, kind }) => {
    const email = `${addressOf(name)}@${run}.example.org`;
    const request = { participant: { name, email }, ticketType: 'Visitor' };
    const answer = await admin.post(`/v1/events/${event.id}/enrollments`, request);
    const { id, accessCode } = read(answer, 201, enrollmentBody);
    return { name, email, kind, enrollmentId: id, accessCode };
  });
  say(`${people.length} people enrolled, each with an access code for their badge.`);
  return people;
}

/** Gives two devices tokens that are good for checking in at this event and for nothing else. */
export async function openTwoDoors(
  admin: Api,
  event: EventBody,
  checkinUrl: string,
): Promise<AsyncDisposable & { doors: [Door, Door] }> {
  const [first, second] = await Promise.all(
    (['Door A', 'Door B'] as const).map(async (name) => {
      const request = { role: 'front_desk', label: name, events: [event.id], station: name };
      const answer = await admin.post('/v1/tokens', request);
      must(answer, 201);
      const { id, token } = answer.body as { id: string; token: string };
      return { id, door: { name, api: openApi(checkinUrl, token) } };
    }),
  );
  if (!first || !second) throw new Error('an event has two doors');
  return {
    doors: [first.door, second.door],
    [Symbol.asyncDispose]: async () => {
      await Promise.all([first, second].map(({ id }) => admin.delete(`/v1/tokens/${id}`)));
    },
  };
}

function addressOf(name: string): string {
  return name
    .normalize('NFKD')
    .replaceAll(/[^A-Za-z ]/g, '')
    .replaceAll(' ', '.')
    .toLowerCase();
}
