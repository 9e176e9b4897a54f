import type { Queryable, Statement } from '@turnout/runtime/postgres';
import { type SealableRow, selectRows } from './audit-rows.ts';

/** A row as it was sealed: what the line of a seal holds. */
export interface SealedRow {
  kind: 'transition' | 'action';
  id: string;
  organizationId: string;
  eventId: string | null;
  at: string;
  /** Of a transition. */
  enrollmentId?: string;
  version?: number;
  /** Of an action. */
  action?: string;
  [column: string]: unknown;
}

const transitionsByKey: Statement = {
  name: 'audit_transitions_by_key',
  text: selectRows(
    'transition',
    () => '(r.event_id, r.transition_id) in (select * from unnest($1::uuid[], $2::uuid[]))',
  ),
};

const actionsByKey: Statement = {
  name: 'audit_actions_by_key',
  text: selectRows(
    'action',
    () => '(r.organization_id, r.action_id) in (select * from unnest($1::uuid[], $2::uuid[]))',
  ),
};

/** The rows as they are now, each as the line that would be sealed, by id. What is gone is not in it. */
export async function findLines(db: Queryable, rows: readonly SealedRow[]): Promise<Map<string, string>> {
  const transitions = rows.filter(({ kind }) => kind === 'transition');
  const actions = rows.filter(({ kind }) => kind === 'action');
  const found: SealableRow[] = [];
  if (transitions.length > 0) {
    const keys = [transitions.map(({ eventId }) => eventId), transitions.map(({ id }) => id)];
    found.push(...(await db.query<SealableRow>(transitionsByKey, keys)));
  }
  if (actions.length > 0) {
    const keys = [actions.map(({ organizationId }) => organizationId), actions.map(({ id }) => id)];
    found.push(...(await db.query<SealableRow>(actionsByKey, keys)));
  }
  return new Map(found.map(({ id, line }) => [id, line]));
}

const transitionById: Statement = {
  name: 'audit_transition_by_id',
  text: selectRows('transition', () => 'r.transition_id = $1'),
};

const actionById: Statement = {
  name: 'audit_action_by_id',
  text: selectRows('action', () => 'r.action_id = $1'),
};

/** The row with this id, wherever it belongs now. Looks at every row: for the one that was found to be wrong. */
export async function findLineById(
  db: Queryable,
  kind: 'transition' | 'action',
  id: string,
): Promise<string | null> {
  const [found] = await db.query<SealableRow>(kind === 'transition' ? transitionById : actionById, [id]);
  return found?.line ?? null;
}
