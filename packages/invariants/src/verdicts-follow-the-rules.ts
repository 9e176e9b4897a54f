import { type CheckIn, type Enrollment, provesPresence } from '@turnout/attendance/enrollment';
import { evaluate } from '@turnout/attendance/requirement';
import { type EventRow, eventColumns, toStoredEvent } from '@turnout/attendance-store/event-row';
import { type CheckInRow, checkInsOfRow, toCheckIn } from '@turnout/attendance-store/loading/load-check-ins';
import type { StoredEvent } from '@turnout/attendance-store/stored';
import type { Queryable } from '@turnout/runtime/postgres';
import { type Invariant, OFFENDERS_SHOWN } from './invariant.ts';

const BATCH = 5_000;

interface Row {
  event_id: string;
  enrollment_id: string;
  status: Enrollment['status'];
  verdict_by: Enrollment['verdictBy'];
  check_ins: CheckInRow[];
}

export const verdictsFollowTheRules: Invariant = {
  name: 'Every verdict and status is what the rules say of the stored check-ins',
  async findOffenders(db) {
    const offenders: object[] = [];
    const events = new Map<string, StoredEvent>();
    let last: Row | undefined;
    do {
      const rows: Row[] = await nextEnrollments(db, last);
      for (const { check_ins, ...row } of rows) {
        const event = events.get(row.event_id) ?? (await loadEvent(db, row.event_id));
        events.set(row.event_id, event);
        const problem = contradiction(event, row, check_ins.map(toCheckIn));
        if (problem) offenders.push({ ...row, problem });
      }
      last = rows.at(-1);
    } while (last && offenders.length < OFFENDERS_SHOWN);
    return offenders;
  },
};

/** What is wrong with a status, given the evidence; null when nothing is. A verdict by an override stands. */
function contradiction(
  event: StoredEvent,
  row: Omit<Row, 'check_ins'>,
  checkIns: readonly CheckIn[],
): string | null {
  const came = checkIns.some(provesPresence);
  switch (row.status) {
    case 'confirmed':
      return came ? 'has come and is not checked in' : null;
    case 'checked_in':
      return came ? null : 'is checked in without a check-in';
    case 'attended':
      if (row.verdict_by === 'override') return null;
      return evaluate(event, checkIns).met ? null : 'attended, and the rule says no-show';
    case 'no_show':
      return evaluate(event, checkIns).met ? 'no-show, and the rule says attended' : null;
    case 'cancelled':
      return null;
  }
}

/** Apart from events that were corrected and are being judged again: of these some verdicts follow the rule before. */
async function nextEnrollments(db: Queryable, last: Row | undefined): Promise<Row[]> {
  return await db.query<Row>(
    `select e.event_id, e.enrollment_id, e.status, e.verdict_by, ${checkInsOfRow} as check_ins
     from attendance.enrollments e
     where ($1::uuid is null or (event_id, enrollment_id) > ($1, $2::uuid))
       and event_id not in (select event_id from attendance.corrections where finished_at is null)
     order by event_id, enrollment_id limit $3`,
    [last?.event_id ?? null, last?.enrollment_id ?? null, BATCH],
  );
}

async function loadEvent(db: Queryable, eventId: string): Promise<StoredEvent> {
  const [row] = await db.query<EventRow>(
    `select ${eventColumns} from attendance.events where event_id = $1`,
    [eventId],
  );
  if (!row) throw new Error(`event ${eventId} does not exist`);
  return toStoredEvent(row);
}
