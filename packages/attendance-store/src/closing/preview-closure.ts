import { decideClosure } from '@turnout/attendance/decide-closure';
import type { DayEvidence } from '@turnout/attendance/enrollment';
import { eventDays } from '@turnout/attendance/event-days';
import type { Move } from '@turnout/attendance/moves';
import type { Evaluation } from '@turnout/attendance/requirement';
import { LOWEST_ID } from '@turnout/runtime/ids';
import type { Statement, Tx } from '@turnout/runtime/postgres';
import { dayEvidenceOf, type EvidenceRow, toEvidence } from '../loading/day-evidence.ts';
import type { StoredEvent } from '../stored.ts';
import { noVerdicts, type VerdictCounts } from './closure-run.ts';

/** What closing would decide about one enrollment, and why. */
export interface PreviewedVerdict {
  enrollmentId: string;
  displayName: string;
  status: 'confirmed' | 'checked_in';
  move: Move;
  evaluation: Evaluation;
}

export interface PreviewTotals {
  /** What closing would decide. */
  wouldBe: VerdictCounts;
  /** What stands already. */
  already: VerdictCounts & { cancelled: number };
}

// `offset 0` keeps PostgreSQL from reading the check-ins of the whole event.
const listUndecided: Statement = {
  name: 'list_undecided_enrollments',
  text: `
    select e.enrollment_id, e.status, p.name
    from (
      select enrollment_id, organization_id, participant_id, status from attendance.enrollments
      where event_id = $1 and undecided and enrollment_id > $2
      order by enrollment_id
      limit $3
    ) e
    cross join lateral (
      select name from attendance.participants p
      where p.organization_id = e.organization_id and p.participant_id = e.participant_id offset 0
    ) p
    order by e.enrollment_id`,
};

const loadEvidence: Statement = {
  name: 'load_evidence_to_preview',
  text: dayEvidenceOf('select unnest($2::uuid[]) as enrollment_id'),
};

// What the rule says depends on how many of the event's days people came, and not on which: it is asked once for each
// number, so however many people and days an event has, little comes here.
const groupUndecided: Statement = {
  name: 'group_undecided_by_days',
  text: `
    select e.status, coalesce(c.days, 0) as days, count(*) as people
    from attendance.enrollments e
    left join (
      select enrollment_id, count(distinct day) as days
      from attendance.check_ins
      where event_id = $1 and direction = 'entry' and annulled_at is null and day between $2 and $3
      group by enrollment_id
    ) c using (enrollment_id)
    where e.event_id = $1 and e.undecided
    group by 1, 2`,
};

const countDecided: Statement = {
  name: 'count_decided_enrollments',
  text: `
    select count(*) filter (where status = 'attended') as attended,
      count(*) filter (where status = 'no_show') as no_show,
      count(*) filter (where status = 'cancelled') as cancelled
    from attendance.enrollments where event_id = $1 and not undecided`,
};

/**
 * What closing now would decide about the undecided of an event, person by person in the order of their ids.
 *
 * @param tx as of one instant, or a status and the check-ins beside it may be of two
 */
export async function previewClosure(
  tx: Tx,
  event: StoredEvent,
  { after, limit }: { after: string | null; limit: number },
): Promise<PreviewedVerdict[]> {
  const people = await tx.query<UndecidedRow>(listUndecided, [event.id, after ?? LOWEST_ID, limit]);
  const ids = people.map(({ enrollment_id }) => enrollment_id);
  const evidence = toEvidence(await tx.query<EvidenceRow>(loadEvidence, [event.id, ids]));
  return people.flatMap(({ enrollment_id: enrollmentId, name: displayName, status }) => {
    const checkIns = evidence.get(enrollmentId) ?? [];
    const { move, evaluation } = decideClosure(event, { status, checkIns });
    return move ? [{ enrollmentId, displayName, status, move, evaluation }] : [];
  });
}

/** How many closing now would decide how, and how many are decided; `tx` as above. */
export async function previewTotals(tx: Tx, event: StoredEvent): Promise<PreviewTotals> {
  const ofEvent = eventDays(event);
  const groups = await tx.query<GroupRow>(groupUndecided, [event.id, ofEvent.at(0), ofEvent.at(-1)]);
  const wouldBe = { ...noVerdicts };
  for (const { status, days, people } of groups) {
    const present = ofEvent.slice(0, days);
    const checkIns = present.map((day): DayEvidence => ({ day, direction: 'entry', annulledAt: null }));
    const { move } = decideClosure(event, { status, checkIns });
    if (move?.to === 'attended') wouldBe.attended += people;
    else if (move) wouldBe.noShow += people;
  }
  const [decided] = await tx.query<{ attended: number; no_show: number; cancelled: number }>(countDecided, [
    event.id,
  ]);
  return {
    wouldBe,
    already: {
      attended: decided?.attended ?? 0,
      noShow: decided?.no_show ?? 0,
      cancelled: decided?.cancelled ?? 0,
    },
  };
}

interface UndecidedRow {
  enrollment_id: string;
  name: string;
  status: 'confirmed' | 'checked_in';
}

interface GroupRow {
  status: 'confirmed' | 'checked_in';
  days: number;
  people: number;
}
