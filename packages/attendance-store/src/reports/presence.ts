import type { DayEvidence } from '@turnout/attendance/enrollment';
import type { Statement, Tx } from '@turnout/runtime/postgres';
import { isCorrection } from './correction.ts';

/** A check-in as far as a report looks at it. */
export interface ReportedPresence extends DayEvidence {
  scannedAt: Date;
}

/** What is stored of one person's presence at one event, for the rules to judge. */
export interface Presence {
  /** All check-ins, also exits and annulled ones, in any order. */
  checkIns: readonly ReportedPresence[];
  /** How often the status was corrected, and the last time. */
  corrections: Corrections;
}

export interface Corrections {
  count: number;
  last: { reason: string; at: Date } | null;
}

const never: Corrections = { count: 0, last: null };

// Each enrollment by its key: `offset 0` keeps PostgreSQL from reading those of the whole event.
const loadCheckIns: Statement = {
  name: 'load_check_ins_to_report',
  text: `
    select c.enrollment_id, c.day, c.direction, c.annulled_at, c.scanned_at
    from unnest($1::uuid[], $2::uuid[]) as e (event_id, enrollment_id)
    cross join lateral (
      select enrollment_id, day, direction, annulled_at, scanned_at from attendance.check_ins
      where event_id = e.event_id and enrollment_id = e.enrollment_id
      offset 0
    ) c`,
};

const loadCorrections: Statement = {
  name: 'load_corrections_to_report',
  text: `
    select t.enrollment_id, t.reason, t.at
    from unnest($1::uuid[], $2::uuid[]) as e (event_id, enrollment_id)
    cross join lateral (
      select enrollment_id, reason, at from attendance.transitions
      where event_id = e.event_id and enrollment_id = e.enrollment_id and ${isCorrection}
      order by version
      offset 0
    ) t`,
};

interface CheckInRow {
  enrollment_id: string;
  day: string;
  direction: 'entry' | 'exit';
  annulled_at: Date | null;
  scanned_at: Date;
}

interface CorrectionRow {
  enrollment_id: string;
  reason: string;
  at: Date;
}

/** The presence of each of these enrollments. */
export async function loadPresence(
  tx: Tx,
  enrollments: readonly { eventId: string; enrollmentId: string }[],
): Promise<(enrollmentId: string) => Presence> {
  const keys = [enrollments.map((one) => one.eventId), enrollments.map((one) => one.enrollmentId)];
  const [checkIns, corrections] = await Promise.all([
    tx.query<CheckInRow>(loadCheckIns, keys),
    tx.query<CorrectionRow>(loadCorrections, keys),
  ]);
  const checkInsOf = new Map<string, ReportedPresence[]>();
  for (const { enrollment_id, day, direction, annulled_at, scanned_at } of checkIns) {
    const checkIn = { day, direction, annulledAt: annulled_at, scannedAt: scanned_at };
    const known = checkInsOf.get(enrollment_id);
    if (known) known.push(checkIn);
    else checkInsOf.set(enrollment_id, [checkIn]);
  }
  const correctionsOf = new Map<string, Corrections>();
  for (const { enrollment_id, reason, at } of corrections) {
    const { count } = correctionsOf.get(enrollment_id) ?? never;
    correctionsOf.set(enrollment_id, { count: count + 1, last: { reason, at } });
  }
  return (enrollmentId) => ({
    checkIns: checkInsOf.get(enrollmentId) ?? [],
    corrections: correctionsOf.get(enrollmentId) ?? never,
  });
}
