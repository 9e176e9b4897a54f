import type { Status } from '@turnout/attendance/enrollment';
import { evaluate } from '@turnout/attendance/requirement';
import { findEvent } from '@turnout/attendance-store/find-event';
import type { WhyBody, WhyEntry } from '@turnout/contracts/http/why';
import type { Db, Statement, Tx } from '@turnout/runtime/postgres';
import { atOneInstant } from '@turnout/runtime/postgres-snapshot';
import { type CheckInTrace, readTraces, type Traces } from './read-traces.ts';
import {
  actionSentence,
  annulmentSentence,
  checkInSentence,
  deliverySentence,
  localTime,
  messageSentence,
  refusalSentence,
  type Setting,
  transitionSentence,
  useSentence,
} from './sentences.ts';

/** More than anybody reads to somebody on the telephone. */
const MOST_ENTRIES = 500;

const find: Statement = {
  name: 'why_enrollment',
  text: `
    select organization_id, event_id, status
    from attendance.enrollments
    where enrollment_id = $1 and ($2::uuid is null or organization_id = $2) and ($3::uuid[] is null or event_id = any ($3))`,
};

const evidence: Statement = {
  name: 'why_evidence',
  text: `
    select day, direction, annulled_at as "annulledAt"
    from attendance.check_ins where event_id = $1 and enrollment_id = $2`,
};

export interface WhyQuestion {
  enrollmentId: string;
  /** Whose it has to be; null for anybody's, which only a command may ask. */
  organizationId: string | null;
  /** The events it has to be in one of; null for any. */
  eventIds: readonly string[] | null;
}

/**
 * All that happened to an enrollment, in order, each in a sentence, and what the rule says of it now. Read as of one
 * instant, by the role of the admin service. Answers null where there is no such enrollment.
 */
export async function tellWhy(db: Db, question: WhyQuestion): Promise<WhyBody | null> {
  const { enrollmentId, organizationId, eventIds } = question;
  return await atOneInstant(db, async (tx) => {
    const [found] = await tx.query<{ organization_id: string; event_id: string; status: Status }>(find, [
      enrollmentId,
      organizationId,
      eventIds,
    ]);
    if (!found) return null;
    return await tell(tx, enrollmentId, found);
  });
}

async function tell(
  tx: Tx,
  enrollmentId: string,
  {
    organization_id,
    event_id: eventId,
    status,
  }: { organization_id: string; event_id: string; status: Status },
): Promise<WhyBody> {
  const [event, traces, days] = await Promise.all([
    findEvent(tx, organization_id, eventId),
    readTraces(tx, { eventId, enrollmentId, limit: MOST_ENTRIES + 1 }),
    tx.query<Pick<CheckInTrace, 'day' | 'direction' | 'annulledAt'>>(evidence, [eventId, enrollmentId]),
  ]);
  if (!event) throw new Error(`enrollment ${enrollmentId} has no event`);
  const evaluation = evaluate(event, days);
  const entries = toEntries(traces, { timeZone: event.timeZone, eventDays: evaluation.eventDays });
  return {
    enrollmentId,
    eventId,
    status,
    evaluation,
    entries: entries.slice(-MOST_ENTRIES),
    truncated: entries.length > MOST_ENTRIES,
  };
}

/** In order of time; of one instant first what was done, then what followed from it. */
function toEntries(traces: Traces, setting: Setting): WhyEntry[] {
  const entries: WhyEntry[] = [];
  function add(at: Date, kind: WhyEntry['kind'], sentence: string, id: string, cause: string | null): void {
    const when = localTime(at, setting.timeZone);
    entries.push({ at: at.toISOString(), kind, sentence: `${when}: ${sentence.trim()}`, id, cause });
  }
  for (const each of traces.refusals) {
    add(each.recordedAt, 'refusal', refusalSentence(each, setting), each.id, each.cause);
  }
  for (const each of traces.checkIns) {
    add(each.recordedAt, 'check_in', checkInSentence(each, setting), each.id, null);
    if (each.annulledAt) {
      add(each.annulledAt, 'annulment', annulmentSentence(each), each.id, each.annulledBy?.cause ?? null);
    }
  }
  for (const each of traces.uses) add(each.recordedAt, each.kind, useSentence(each), each.id, null);
  for (const each of traces.actions) add(each.at, 'action', actionSentence(each), each.id, each.cause);
  for (const each of traces.transitions.toReversed()) {
    add(each.at, 'transition', transitionSentence(each), each.id, each.cause);
    if (each.messageId !== null) {
      add(each.at, 'message', messageSentence(each), each.messageId, each.cause);
    }
  }
  for (const each of traces.deliveries) {
    add(each.sentAt ?? each.createdAt, 'delivery', deliverySentence(each), each.id, null);
  }
  return entries.sort((one, other) => Date.parse(one.at) - Date.parse(other.at));
}
