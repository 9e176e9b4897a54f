import type { Principal } from '@turnout/access/principal';
import { recordActions } from '@turnout/access/record-actions';
import { decideOverride, type Override, type OverrideRefusal } from '@turnout/attendance/decide-override';
import type { Status } from '@turnout/attendance/enrollment';
import { changeEnrollments } from '@turnout/attendance-store/change-enrollments';
import type { Change } from '@turnout/attendance-store/fact';
import type { Batch } from '@turnout/attendance-store/loading/load-batch';
import type { Db } from '@turnout/runtime/postgres';
import { contextOf } from './change-context.ts';
import { overrideFact } from './override-fact.ts';

export interface BulkOverrideCommand extends Override {
  principal: Principal;
  eventId: string;
  enrollmentIds: readonly string[];
  /** How many are to change; null to find that out and change nothing. */
  expectedCount: number | null;
  requestId: string;
}

/** One that can't change, by what it is; null where the event has no such enrollment. */
export interface NotOverridden {
  enrollmentId: string;
  from: Status | null;
}

export type OverriddenMany =
  | { outcome: 'overridden'; count: number; refused: NotOverridden[] }
  | {
      outcome: 'refused';
      refusal:
        | { code: 'count_differs'; count: number }
        | Exclude<OverrideRefusal, { code: 'illegal_transition' }>;
    };

/**
 * Corrects the status of all that can change among the enrollments named, in one transaction: if they are as many as
 * was expected all of them, otherwise none.
 */
export async function overrideMany(db: Db, command: BulkOverrideCommand): Promise<OverriddenMany> {
  const { principal, eventId, enrollmentIds, to, reason, expectedCount, requestId } = command;
  const { organizationId } = principal;
  const context = contextOf(principal, requestId);
  return await changeEnrollments<OverriddenMany>(
    db,
    { by: 'enrollments', organizationId, eventId, enrollmentIds },
    (batch) => {
      const decided = decideEach(batch, command);
      if ('code' in decided) return { changes: [], result: { outcome: 'refused', refusal: decided } };
      const { changes, refused } = decided;
      const count = changes.length;
      const result: OverriddenMany = { outcome: 'overridden', count, refused };
      if (expectedCount === null) return { changes: [], result };
      if (expectedCount !== count) {
        return { changes: [], result: { outcome: 'refused', refusal: { code: 'count_differs', count } } };
      }
      if (count === 0) return { changes, result };
      const { actor } = context;
      const action = { organizationId, actor, eventId, subjectId: null, reason, cause: requestId };
      const details = { to, count };
      return {
        changes,
        result,
        alongside: (tx) => recordActions(tx, [{ ...action, action: 'enrollments.overridden', details }]),
      };
    },
    context,
  );
}

function decideEach(
  { event, enrollments, now }: Batch,
  { principal, enrollmentIds, ...override }: BulkOverrideCommand,
):
  | { changes: Change[]; refused: NotOverridden[] }
  | Exclude<OverrideRefusal, { code: 'illegal_transition' }> {
  const changes: Change[] = [];
  const found = new Set(enrollments.map(({ id }) => id));
  const refused: NotOverridden[] = enrollmentIds
    .filter((enrollmentId) => !found.has(enrollmentId))
    .map((enrollmentId) => ({ enrollmentId, from: null }));
  for (const enrollment of enrollments) {
    if (!event) throw new Error(`enrollment ${enrollment.id} has no event`);
    const decision = decideOverride(event, enrollment, override, now);
    if (decision.outcome === 'overridden') {
      changes.push({ enrollment, facts: [overrideFact(decision, principal.tokenId, now)] });
    } else if (decision.refusal.code === 'illegal_transition') {
      refused.push({ enrollmentId: enrollment.id, from: decision.refusal.from });
    } else {
      return decision.refusal; // it is about the event and the day, so it is true of all of them
    }
  }
  return { changes, refused: refused.sort((one, other) => (one.enrollmentId < other.enrollmentId ? -1 : 1)) };
}
