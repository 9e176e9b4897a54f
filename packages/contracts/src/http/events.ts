import { z } from 'zod';
import { day, instant, instantOut, line, reason } from '../primitives.ts';
import { eventClosure } from './closures.ts';

/** When is someone an attendee: on every event day, on at least one, or on at least `days` of them. */
export const attendanceRequirement = z
  .discriminatedUnion('type', [
    z.strictObject({ type: z.literal('all_days') }),
    z.strictObject({ type: z.literal('any_day') }),
    z.strictObject({
      type: z.literal('minimum_days'),
      days: z.int('must be a whole number').min(1, 'must be at least 1'),
    }),
  ])
  .meta({ id: 'AttendanceRequirement' });

export const minutes = z
  .int('must be a whole number of minutes')
  .min(0, 'must be at least 0')
  .max(525_600, 'must be at most 525600, a year');

export const reentry = z.enum(['allowed', 'once_per_day', 'once']);

const eventFields = {
  name: line(200),
  timeZone: z
    .string()
    .max(64, 'must be an IANA time zone like Europe/Berlin')
    .meta({ description: 'An IANA time zone', examples: ['Europe/Berlin'] }),
  startsAt: instant,
  endsAt: instant,
  attendanceRequirement,
  dayBoundary: z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be a local time like 04:00'),
  closureGraceMinutes: minutes,
  /** How long closure waits, after the end, for devices that have reported scans they still hold. */
  deviceGraceMinutes: minutes,
  reentry,
  admissionOpensAt: instant.nullable(),
};

/** The organization's settings say what is left out of the requirement, the grace and the reentry. */
export const createEventRequest = z
  .strictObject({
    ...eventFields,
    attendanceRequirement: attendanceRequirement.optional(),
    dayBoundary: eventFields.dayBoundary.default('00:00'),
    closureGraceMinutes: minutes.optional(),
    deviceGraceMinutes: eventFields.deviceGraceMinutes.default(0),
    reentry: reentry.optional(),
    admissionOpensAt: eventFields.admissionOpensAt.default(null),
  })
  .meta({
    id: 'CreateEventRequest',
    examples: [
      {
        name: 'TypeScript Days',
        timeZone: 'Europe/Berlin',
        startsAt: '2026-05-01T09:00:00+02:00',
        endsAt: '2026-05-03T17:00:00+02:00',
        attendanceRequirement: { type: 'minimum_days', days: 2 },
      },
    ],
  });

export type CreateEventRequest = z.infer<typeof createEventRequest>;

/** Any subset of the fields of an event, at least one; and why, which a closed event asks for. */
export const changeEventRequest = z
  .strictObject({ ...eventFields, reason })
  .partial()
  .refine(
    ({ reason: _why, ...changes }) => Object.keys(changes).length > 0,
    'name at least one field to change',
  )
  .meta({ id: 'ChangeEventRequest', minProperties: 1 });

export type ChangeEventRequest = z.infer<typeof changeEventRequest>;

/** The same event at another time: what of it begins when is `startsAt`, and its name is the same unless sent. */
export const copyEventRequest = z
  .strictObject({ name: line(200).optional(), startsAt: instant })
  .meta({ id: 'CopyEventRequest' });

export type CopyEventRequest = z.infer<typeof copyEventRequest>;

/** Each event is in one of these states at any moment. `ended` is over and not closed. */
export const eventState = z
  .enum(['upcoming', 'running', 'ended', 'closed', 'cancelled'])
  .meta({ id: 'EventState' });

/** An event as lists have it. */
export const listedEvent = z
  .strictObject({
    id: z.uuid(),
    name: z.string(),
    timeZone: z.string(),
    startsAt: instantOut,
    endsAt: instantOut,
    attendanceRequirement,
    dayBoundary: z.string(),
    closureGraceMinutes: z.int(),
    deviceGraceMinutes: z.int(),
    reentry,
    admissionOpensAt: instantOut.nullable(),
    days: z.array(day),
    closedAt: instantOut.nullable(),
    cancelledAt: instantOut.nullable(),
    createdAt: instantOut,
  })
  .meta({ id: 'ListedEvent' });

export type ListedEventBody = z.infer<typeof listedEvent>;

/** An event by itself, with where its closure stands. */
export const eventBody = listedEvent.extend({ closure: eventClosure }).meta({ id: 'Event' });

export type EventBody = z.infer<typeof eventBody>;

export const cancellationRequest = z.strictObject({ reason }).meta({ id: 'CancellationRequest' });
