/**
 * Reports: every row in one answer, made while it is sent. As JSON a report is
 * `{ …what it is about, "asOf", "items": [ … ], "rows": <number of items> }`; `rows` comes last, so that who has read
 * it has read all. As CSV and XLSX it is one table with a header row.
 */
import { z } from 'zod';
import { day, id, instantOut, line } from '../primitives.ts';
import { eventStats } from './attendees.ts';
import { checkIn, status } from './check-ins.ts';
import { closureState } from './closures.ts';
import { listedEvent } from './events.ts';
import { participantBody } from './participants.ts';

export const reportFormat = z.enum(['json', 'csv', 'xlsx']);

export type ReportFormat = z.infer<typeof reportFormat>;

/** The media type of each format. */
export const reportMediaTypes = {
  json: 'application/json',
  csv: 'text/csv; charset=utf-8; header=present',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
} as const satisfies Record<ReportFormat, string>;

const format = reportFormat.default('json');

/** All rows of a report, and what they are about. */
function reportOf<Row extends z.ZodType, About extends z.ZodRawShape>(row: Row, about: About) {
  return z.strictObject({ ...about, asOf: instantOut, items: z.array(row), rows: z.int() });
}

const person = z.strictObject({
  id: z.uuid(),
  name: z.string(),
  email: z.string(),
  externalId: z.string().nullable(),
});

/** What became of one enrollment, and what the event's rule says of its check-ins. */
export const attendance = z.strictObject({
  enrollmentId: z.uuid(),
  ticketType: z.string().nullable(),
  status,
  presentDays: z.array(day),
  missingDays: z.array(day),
  requiredDays: z.int(),
  requirementMet: z.boolean(),
  /** Of the check-ins that count: entries that are not annulled. */
  checkIns: z.int(),
  firstCheckInAt: instantOut.nullable(),
  lastCheckInAt: instantOut.nullable(),
  attendedAt: instantOut.nullable(),
  /** Changes of a verdict that was given, and overrides. */
  corrections: z.strictObject({
    count: z.int(),
    last: z.strictObject({ reason: z.string(), at: instantOut }).nullable(),
  }),
});

export type AttendanceBody = z.infer<typeof attendance>;

export const attendanceReportQuery = {
  format,
  status: status.optional(),
  ticketType: line(100).optional(),
  /** `yes`: with a check-in that counts. */
  arrived: z.enum(['yes', 'no']).optional(),
};

export const attendanceRow = attendance.extend({ participant: person }).meta({ id: 'AttendanceRow' });

export type AttendanceRow = z.infer<typeof attendanceRow>;

export const attendanceReport = reportOf(attendanceRow, { event: listedEvent }).meta({
  id: 'AttendanceReport',
});

export const checkInReportQuery = {
  format,
  day: day.optional(),
  station: line(100).optional(),
  device: id.optional(),
  enrollmentId: id.optional(),
};

/** The token that recorded a check-in. */
const device = z.strictObject({ id: z.uuid(), label: z.string().nullable() });

export const checkInRow = checkIn
  .extend({
    enrollmentId: z.uuid(),
    participant: person,
    ticketType: z.string().nullable(),
    device,
    /** The device could not ask, and sent the person away. */
    turnedAway: z.boolean(),
    annulledAt: instantOut.nullable(),
    annulmentReason: z.string().nullable(),
  })
  .meta({ id: 'CheckInRow' });

export type CheckInRow = z.infer<typeof checkInRow>;

export const checkInReport = reportOf(checkInRow, { event: listedEvent }).meta({ id: 'CheckInReport' });

const countedBy = z.enum(['hour', 'station', 'device']);

export const checkInCountsQuery = { format, by: countedBy };

/** Check-ins that count, and the people who came with one of them for the first time. */
const arrivals = { checkIns: z.int(), arrivals: z.int() };

/** One hour of the event's clocks, one station or one device: the one that was asked for. */
export const checkInCount = z
  .union([
    z.strictObject({ hour: instantOut, ...arrivals }),
    z.strictObject({ station: z.string().nullable(), ...arrivals, people: z.int() }),
    z.strictObject({ device, ...arrivals, people: z.int() }),
  ])
  .meta({ id: 'CheckInCount' });

export type CheckInCount = z.infer<typeof checkInCount>;

export const checkInCounts = reportOf(checkInCount, {
  event: listedEvent,
  by: countedBy,
}).meta({ id: 'CheckInCounts' });

/** Events whose first day, in their own time zone, is from `from` to `to`, both included. */
export const eventsReportQuery = { format, from: day.optional(), to: day.optional() };

export const eventRow = z
  .strictObject({
    event: listedEvent,
    enrollments: z.int(),
    byStatus: eventStats.shape.byStatus,
    /** Of those with a verdict, the share that attended, from 0 to 1; null where nobody has one. */
    attendanceRate: z.number().min(0).max(1).nullable(),
    corrections: z.int(),
    closure: closureState,
  })
  .meta({ id: 'EventRow' });

export type EventReportRow = z.infer<typeof eventRow>;

export const eventsReport = reportOf(eventRow, {
  from: day.nullable(),
  to: day.nullable(),
}).meta({ id: 'EventsReport' });

export const historyQuery = { format };

export const historyRow = attendance.extend({ event: listedEvent }).meta({ id: 'HistoryRow' });

export type HistoryRow = z.infer<typeof historyRow>;

export const historyReport = reportOf(historyRow, { participant: participantBody }).meta({
  id: 'HistoryReport',
});
