import type { Actor } from '@turnout/contracts/http/enrollments';
import { newId } from '@turnout/runtime/ids';
import type { Statement, Tx } from '@turnout/runtime/postgres';

/** Something that was done, as the audit keeps it. Holds ids and values of settings, never personal data. */
export interface Action {
  organizationId: string;
  /** What was done to what, in the past tense: `event.changed`, `token.revoked`. */
  action: string;
  actor: Actor;
  /** The event that it belongs to; null for what belongs to the organization. */
  eventId: string | null;
  /** The id of what it was done to, where that has one. */
  subjectId: string | null;
  /** What the person gave as the reason, where one is asked for. */
  reason?: string | null;
  /** What it was before and after, or how many it touched. */
  details?: Readonly<Record<string, unknown>>;
  /** Id of the request, or of the run of a command. */
  cause: string;
}

/** Writes down what was done, if and only if `tx` commits: call it in the transaction that does it. */
export function recordActions(tx: Pick<Tx, 'send'>, actions: readonly Action[]): void {
  if (actions.length === 0) return;
  tx.send(INSERT_ACTIONS, [
    actions.map(({ organizationId }) => organizationId),
    actions.map(() => newId()),
    actions.map(({ action }) => action),
    actions.map(({ actor }) => JSON.stringify(actor)),
    actions.map(({ eventId }) => eventId),
    actions.map(({ subjectId }) => subjectId),
    actions.map(({ reason }) => reason ?? null),
    actions.map(({ details }) => JSON.stringify(details ?? {})),
    actions.map(({ cause }) => cause),
  ]);
}

const INSERT_ACTIONS: Statement = {
  name: 'insert-actions',
  text: `
    insert into access.actions
      (organization_id, action_id, action, actor, event_id, subject_id, reason, details, cause)
    select organization_id, action_id, action, actor::jsonb, event_id, subject_id, reason, details::jsonb, cause
    from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::uuid[], $6::uuid[], $7::text[], $8::text[], $9::text[])
         as done (organization_id, action_id, action, actor, event_id, subject_id, reason, details, cause)`,
};
