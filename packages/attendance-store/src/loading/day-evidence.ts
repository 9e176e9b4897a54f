import type { DayEvidence } from '@turnout/attendance/enrollment';

/** What of a check-in says on which day somebody came. */
export interface EvidenceRow {
  enrollment_id: string;
  day: string;
  direction: 'entry' | 'exit';
  annulled_at: Date | null;
}

/**
 * The {@link EvidenceRow}s of the enrollments of the event `$1` that the query `enrollments` names. Each enrollment's
 * by its key, as everywhere: `offset 0` keeps PostgreSQL from reading the check-ins of the whole event.
 */
export const dayEvidenceOf = (enrollments: string) => `
  select c.enrollment_id, c.day, c.direction, c.annulled_at
  from (${enrollments} offset 0) e
  cross join lateral (
    select enrollment_id, day, direction, annulled_at from attendance.check_ins
    where event_id = $1 and enrollment_id = e.enrollment_id
    offset 0
  ) c`;

/** What says on which days people came, by enrollment id. */
export function toEvidence(rows: readonly EvidenceRow[]): Map<string, DayEvidence[]> {
  const found = new Map<string, DayEvidence[]>();
  for (const { enrollment_id, day, direction, annulled_at } of rows) {
    const checkIn = { day, direction, annulledAt: annulled_at };
    const checkIns = found.get(enrollment_id);
    if (checkIns) checkIns.push(checkIn);
    else found.set(enrollment_id, [checkIn]);
  }
  return found;
}
