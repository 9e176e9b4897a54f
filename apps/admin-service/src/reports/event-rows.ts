import type { ReportedEvent } from '@turnout/attendance-store/reports/read-events';
import type { EventReportRow } from '@turnout/contracts/http/reports';
import { listedEventBody } from '../http/event-body.ts';
import { timeCell } from './attendance-columns.ts';
import type { Column } from './table.ts';

/** The status of one event, counted. `attendanceRate` is from 0 to 1; null while nobody has a verdict. */
export function eventRow(reported: ReportedEvent): EventReportRow {
  const { event, byStatus, corrections, closure } = reported;
  const judged = byStatus.attended + byStatus.no_show;
  return {
    event: listedEventBody(event),
    enrollments: Object.values(byStatus).reduce((sum, count) => sum + count, 0),
    byStatus,
    attendanceRate: judged === 0 ? null : byStatus.attended / judged,
    corrections,
    closure,
  };
}

/** The status of each event, counted: one row each. */
export function eventColumns(): Column<EventReportRow>[] {
  return [
    { title: 'Event', cell: ({ event }) => event.name },
    { title: 'Time zone', cell: ({ event }) => event.timeZone },
    { title: 'First day', cell: ({ event }) => event.days.at(0) ?? null },
    { title: 'Last day', cell: ({ event }) => event.days.at(-1) ?? null },
    { title: 'Days', cell: ({ event }) => event.days.length },
    { title: 'Requirement', cell: ({ event }) => requirement(event.attendanceRequirement) },
    { title: 'Enrolled', cell: ({ enrollments }) => enrollments },
    { title: 'Confirmed', cell: ({ byStatus }) => byStatus.confirmed },
    { title: 'Checked in', cell: ({ byStatus }) => byStatus.checked_in },
    { title: 'Attended', cell: ({ byStatus }) => byStatus.attended },
    { title: 'No-shows', cell: ({ byStatus }) => byStatus.no_show },
    { title: 'Cancelled', cell: ({ byStatus }) => byStatus.cancelled },
    { title: 'Attendance rate', cell: ({ attendanceRate }) => attendanceRate },
    { title: 'Corrections', cell: ({ corrections }) => corrections },
    { title: 'Closure', cell: ({ closure }) => closure },
    { title: 'Closed at (UTC)', times: true, cell: ({ event }) => timeCell(event.closedAt) },
    { title: 'Event id', cell: ({ event }) => event.id },
  ];
}

function requirement(rule: EventReportRow['event']['attendanceRequirement']): string {
  return rule.type === 'minimum_days' ? `minimum_days ${rule.days}` : rule.type;
}
