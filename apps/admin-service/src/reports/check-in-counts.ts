import { wallClock } from '@turnout/attendance/wall-clock';
import type { Arrivals } from '@turnout/attendance-store/reports/count-check-ins';
import type { CheckInCount } from '@turnout/contracts/http/reports';
import { HOUR } from '@turnout/runtime/durations';
import { timeCell } from './attendance-columns.ts';
import type { Column } from './table.ts';

/**
 * The quarters of an hour of each hour that the clocks of a time zone show, together. An hour is known by the instant
 * at which it begins, so the one that comes twice in autumn is two.
 */
export function hoursOf(
  timeZone: string,
  quarters: readonly (Arrivals & { from: Date })[],
): { hour: string; checkIns: number; arrivals: number }[] {
  const clock = wallClock(timeZone);
  const hours = new Map<number, { hour: string; checkIns: number; arrivals: number }>();
  for (const { from, checkIns, arrivals } of quarters) {
    const begin = from.getTime() - (clock(from).getTime() % HOUR);
    const hour = hours.get(begin) ?? { hour: new Date(begin).toISOString(), checkIns: 0, arrivals: 0 };
    hour.checkIns += checkIns;
    hour.arrivals += arrivals;
    hours.set(begin, hour);
  }
  return [...hours.values()];
}

/** One row for each hour, station or device. */
export function checkInCountColumns(
  by: 'hour' | 'station' | 'device',
  timeZone: string,
): Column<CheckInCount>[] {
  const clock = wallClock(timeZone);
  const figures: Column<CheckInCount>[] = [
    { title: 'Check-ins', cell: ({ checkIns }) => checkIns },
    { title: 'Arrivals', cell: ({ arrivals }) => arrivals },
  ];
  const people: Column<CheckInCount> = {
    title: 'People',
    cell: (row) => ('people' in row ? row.people : null),
  };
  switch (by) {
    case 'hour': {
      const hourOf = (row: CheckInCount) => ('hour' in row ? row.hour : null);
      return [
        { title: `Hour (${timeZone})`, times: true, cell: (row) => timeCell(hourOf(row), clock) },
        { title: 'Hour (UTC)', times: true, cell: (row) => timeCell(hourOf(row)) },
        ...figures,
      ];
    }
    case 'station':
      return [
        { title: 'Station', cell: (row) => ('station' in row ? row.station : null) },
        ...figures,
        people,
      ];
    case 'device':
      return [
        { title: 'Device', cell: (row) => ('device' in row ? (row.device.label ?? row.device.id) : null) },
        ...figures,
        people,
        { title: 'Device id', cell: (row) => ('device' in row ? row.device.id : null) },
      ];
  }
}
