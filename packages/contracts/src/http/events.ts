import { z } from 'zod';
import { day, instant, instantOut, line, reason } from '../primitives.ts';

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

const minutes = z
  .int('must be a whole number of minutes')
  .min(0, 'must be at least 0')
  .max(525_600, 'must be at most 525600, a year');

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
  reentry: z.enum(['allowed', 'once_per_day', 'once']),
  admissionOpensAt: instant.nullable(),
};

export const createEventRequest = z
  .strictObject({
    ...eventFields,
    dayBoundary: eventFields.dayBoundary.default('00:00'),
    closureGraceMinutes: eventFields.closureGraceMinutes.default(0),
    deviceGraceMinutes: eventFields.deviceGraceMinutes.default(0),
    reentry: eventFields.reentry.default('allowed'),
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

/** Any subset of the fields of an event; at least one. */
export const changeEventRequest = z
  .strictObject(eventFields)
  .partial()
  .refine((changes) => Object.keys(changes).length > 0, 'name at least one field to change')
  .meta({ id: 'ChangeEventRequest', minProperties: 1 });

export type ChangeEventRequest = z.infer<typeof changeEventRequest>;

export const eventBody = z
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
    reentry: z.enum(['allowed', 'once_per_day', 'once']),
    admissionOpensAt: instantOut.nullable(),
    days: z.array(day),
    closedAt: instantOut.nullable(),
    cancelledAt: instantOut.nullable(),
    createdAt: instantOut,
  })
  .meta({ id: 'Event' });

export type EventBody = z.infer<typeof eventBody>;

export const cancellationRequest = z.strictObject({ reason }).meta({ id: 'CancellationRequest' });
