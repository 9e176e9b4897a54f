import { z } from 'zod';
import { line } from '../primitives.ts';
import { status } from './check-ins.ts';

/** `GET /v1/events/{eventId}/attendees?search=`: by name or e-mail address. */
export const attendeeSearchQuery = {
  search: line(200)
    .refine((text) => charactersIn(text.trim()) >= 2, 'must have at least 2 characters')
    .meta({ minLength: 2 }),
};

/** Marks on letters are none: they do not narrow a search, and many of them alone would find everybody. */
function charactersIn(text: string): number {
  const unmarked = text.normalize('NFKD').replace(/[\u0300-\u036f]/g, '');
  return Math.min([...text].length, [...unmarked].length);
}

/** Badge data, by access code. */
export const attendee = z
  .strictObject({
    enrollmentId: z.uuid(),
    displayName: z.string(),
    ticketType: z.string().nullable(),
    status,
    firstCheckIn: z
      .strictObject({
        scannedAt: z.iso.datetime({ precision: 3 }),
        station: z.string().nullable(),
        day: z.iso.date(),
      })
      .nullable(),
    checkInCount: z.int().min(0),
    presentDays: z.array(z.iso.date()),
  })
  .meta({ id: 'Attendee' });

/** One hit of a search. `email` is absent for front-desk tokens. */
export const attendeeHit = z
  .strictObject({
    enrollmentId: z.uuid(),
    displayName: z.string(),
    email: z.string().optional(),
    ticketType: z.string().nullable(),
    status,
    presentDays: z.array(z.iso.date()),
  })
  .meta({ id: 'AttendeeHit' });

export const eventStats = z
  .strictObject({
    enrolled: z.int(),
    byStatus: z.strictObject({
      confirmed: z.int(),
      checked_in: z.int(),
      attended: z.int(),
      no_show: z.int(),
      cancelled: z.int(),
    }),
    checkInsByDay: z.array(z.strictObject({ day: z.iso.date(), checkIns: z.int(), people: z.int() })),
    checkInsByStation: z.array(
      z.strictObject({ station: z.string().nullable(), checkIns: z.int(), people: z.int() }),
    ),
    insideNow: z.int(),
  })
  .meta({ id: 'EventStats' });
