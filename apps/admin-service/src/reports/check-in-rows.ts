import { wallClock } from '@turnout/attendance/wall-clock';
import type { ReportedCheckIn } from '@turnout/attendance-store/reports/read-check-ins';
import type { CheckInRow } from '@turnout/contracts/http/reports';
import { personColumns, timeCell } from './attendance-columns.ts';
import { type Column, yesOrNo } from './table.ts';

/** A check-in as the item of a JSON report. */
export function checkInRow(checkIn: ReportedCheckIn): CheckInRow {
  return {
    ...checkIn,
    scannedAt: checkIn.scannedAt.toISOString(),
    recordedAt: checkIn.recordedAt.toISOString(),
    annulledAt: checkIn.annulledAt?.toISOString() ?? null,
  };
}

/** One row for each check-in, exits and annulled ones included. */
export function checkInColumns(timeZone: string): Column<CheckInRow>[] {
  const clock = wallClock(timeZone);
  return [
    ...personColumns<CheckInRow>(),
    { title: 'Ticket type', cell: ({ ticketType }) => ticketType },
    { title: 'Day', cell: ({ day }) => day },
    { title: `Scanned at (${timeZone})`, times: true, cell: (row) => timeCell(row.scannedAt, clock) },
    { title: 'Scanned at (UTC)', times: true, cell: (row) => timeCell(row.scannedAt) },
    { title: 'Recorded at (UTC)', times: true, cell: (row) => timeCell(row.recordedAt) },
    { title: 'Station', cell: ({ station }) => station },
    { title: 'Direction', cell: ({ direction }) => direction },
    { title: 'Source', cell: ({ source }) => source },
    { title: 'Device', cell: ({ device }) => device.label ?? device.id },
    { title: 'Turned away', cell: ({ turnedAway }) => yesOrNo(turnedAway) },
    { title: 'Annulled at (UTC)', times: true, cell: (row) => timeCell(row.annulledAt) },
    { title: 'Annulled because', cell: ({ annulmentReason }) => annulmentReason },
    { title: 'Check-in id', cell: ({ id }) => id },
    { title: 'Enrollment id', cell: ({ enrollmentId }) => enrollmentId },
    { title: 'Device id', cell: ({ device }) => device.id },
  ];
}
