import type { Queryable, Statement } from '@turnout/runtime/postgres';
import type { TraceHeaders } from '@turnout/runtime/trace-context';
import type { ChangeContext } from '../stored.ts';
import type { Correction } from './correction.ts';

const findOpen: Statement = {
  name: 'find_open_corrections',
  text: `
    select event_id, correction_id, organization_id, reason, actor, cause, trace
    from attendance.corrections
    where finished_at is null and event_id <> all ($1::uuid[])
    order by event_id
    limit $2`,
};

/** Corrections that have not judged everybody yet, apart from those of some events. */
export async function findOpenCorrections(
  db: Queryable,
  { exceptEvents, limit }: { exceptEvents: readonly string[]; limit: number },
): Promise<Correction[]> {
  const rows = await db.query<{
    event_id: string;
    correction_id: string;
    organization_id: string;
    reason: string;
    actor: ChangeContext['actor'];
    cause: string;
    trace: TraceHeaders;
  }>(findOpen, [exceptEvents, limit]);
  return rows.map((row) => ({
    id: row.correction_id,
    eventId: row.event_id,
    organizationId: row.organization_id,
    reason: row.reason,
    context: { actor: row.actor, cause: row.cause, trace: row.trace },
  }));
}
