import { type DayEvidence, provesPresence, type Status } from '@turnout/attendance/enrollment';
import { evaluate } from '@turnout/attendance/requirement';
import type { Presence, ReportedPresence } from '@turnout/attendance-store/reports/presence';
import type { StoredEvent } from '@turnout/attendance-store/stored';
import type { AttendanceBody } from '@turnout/contracts/http/reports';

interface Enrolled extends Presence {
  enrollmentId: string;
  status: Status;
  ticketType: string | null;
  attendedAt: Date | null;
}

/** What became of an enrollment, judged by the function that everything else is judged by. */
export function assess(event: StoredEvent, enrolled: Enrolled): AttendanceBody {
  const { presentDays, missingDays, requiredDays, met } = evaluate(event, enrolled.checkIns);
  const counting = enrolled.checkIns.filter(provesPresence);
  const { count, last } = enrolled.corrections;
  return {
    enrollmentId: enrolled.enrollmentId,
    ticketType: enrolled.ticketType,
    status: enrolled.status,
    presentDays,
    missingDays,
    requiredDays,
    requirementMet: met,
    checkIns: counting.length,
    firstCheckInAt: extreme(counting, (one, other) => one < other),
    lastCheckInAt: extreme(counting, (one, other) => one > other),
    attendedAt: enrolled.attendedAt?.toISOString() ?? null,
    corrections: { count, last: last && { reason: last.reason, at: last.at.toISOString() } },
  };
}

/** Did this person come, to any day and also before the event began? */
export function hasArrived({ checkIns }: { checkIns: readonly DayEvidence[] }): boolean {
  return checkIns.some(provesPresence);
}

function extreme(
  checkIns: readonly ReportedPresence[],
  isBeyond: (one: Date, other: Date) => boolean,
): string | null {
  let found: Date | undefined;
  for (const { scannedAt } of checkIns) {
    if (found === undefined || isBeyond(scannedAt, found)) found = scannedAt;
  }
  return found?.toISOString() ?? null;
}
