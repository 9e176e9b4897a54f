import { wallClock } from '@turnout/attendance/wall-clock';
import type { AttendanceBody, AttendanceRow, HistoryRow } from '@turnout/contracts/http/reports';
import { type Cell, type Column, yesOrNo } from './table.ts';

/** One row for each enrollment of an event, with a column for each of its days. */
export function attendanceColumns(timeZone: string, eventDays: readonly string[]): Column<AttendanceRow>[] {
  const clock = wallClock(timeZone);
  return [
    ...personColumns(),
    { title: 'Ticket type', cell: ({ ticketType }) => ticketType },
    { title: 'Status', cell: ({ status }) => status },
    ...eventDays.map((day) => ({
      title: day,
      cell: ({ presentDays }: AttendanceRow) => yesOrNo(presentDays.includes(day)),
    })),
    ...verdictColumns(),
    ...timeColumns<AttendanceRow>(timeZone, () => clock),
    ...correctionColumns(),
    { title: 'Enrollment id', cell: ({ enrollmentId }) => enrollmentId },
    { title: 'Participant id', cell: ({ participant }) => participant.id },
  ];
}

/** One row for each event of a person. Local times are those of the event. */
export function historyColumns(): Column<HistoryRow>[] {
  const clocks = new Map<string, (at: Date) => Date>();
  const clockOf = ({ event: { timeZone } }: HistoryRow) => {
    const known = clocks.get(timeZone) ?? wallClock(timeZone);
    clocks.set(timeZone, known);
    return known;
  };
  return [
    { title: 'Event', cell: ({ event }) => event.name },
    { title: 'Time zone', cell: ({ event }) => event.timeZone },
    { title: 'First day', cell: ({ event }) => event.days.at(0) ?? null },
    { title: 'Last day', cell: ({ event }) => event.days.at(-1) ?? null },
    { title: 'Ticket type', cell: ({ ticketType }) => ticketType },
    { title: 'Status', cell: ({ status }) => status },
    { title: 'Days', cell: ({ presentDays }) => presentDays.join(' ') },
    ...verdictColumns(),
    ...timeColumns('local', clockOf),
    ...correctionColumns(),
    { title: 'Event id', cell: ({ event }) => event.id },
    { title: 'Enrollment id', cell: ({ enrollmentId }) => enrollmentId },
  ];
}

interface WithPerson {
  participant: { name: string; email: string; externalId: string | null };
}

/** Who a row is about. */
export function personColumns<Row extends WithPerson>(): Column<Row>[] {
  return [
    { title: 'Name', cell: ({ participant }) => participant.name },
    { title: 'E-mail', cell: ({ participant }) => participant.email },
    { title: 'External id', cell: ({ participant }) => participant.externalId },
  ];
}

/** A time as clocks show it somewhere, or in UTC, to the second: a spreadsheet would round it up. */
export function timeCell(at: string | null, clock: (at: Date) => Date = (same) => same): Cell {
  return at === null ? null : clock(new Date(`${at.slice(0, 19)}Z`));
}

function verdictColumns<Row extends AttendanceBody>(): Column<Row>[] {
  return [
    { title: 'Days present', cell: ({ presentDays }) => presentDays.length },
    { title: 'Days required', cell: ({ requiredDays }) => requiredDays },
    {
      title: 'Days missing',
      cell: ({ presentDays, requiredDays }) => Math.max(0, requiredDays - presentDays.length),
    },
    { title: 'Requirement met', cell: ({ requirementMet }) => yesOrNo(requirementMet) },
    { title: 'Check-ins', cell: ({ checkIns }) => checkIns },
  ];
}

function timeColumns<Row extends AttendanceBody>(
  zone: string,
  clockOf: (row: Row) => (at: Date) => Date,
): Column<Row>[] {
  return [
    {
      title: `First check-in (${zone})`,
      times: true,
      cell: (row) => timeCell(row.firstCheckInAt, clockOf(row)),
    },
    {
      title: `Last check-in (${zone})`,
      times: true,
      cell: (row) => timeCell(row.lastCheckInAt, clockOf(row)),
    },
    { title: `Attended at (${zone})`, times: true, cell: (row) => timeCell(row.attendedAt, clockOf(row)) },
    { title: 'First check-in (UTC)', times: true, cell: (row) => timeCell(row.firstCheckInAt) },
    { title: 'Last check-in (UTC)', times: true, cell: (row) => timeCell(row.lastCheckInAt) },
    { title: 'Attended at (UTC)', times: true, cell: (row) => timeCell(row.attendedAt) },
  ];
}

function correctionColumns<Row extends AttendanceBody>(): Column<Row>[] {
  return [
    { title: 'Corrections', cell: ({ corrections }) => corrections.count },
    { title: 'Last correction', cell: ({ corrections }) => corrections.last?.reason ?? null },
  ];
}
