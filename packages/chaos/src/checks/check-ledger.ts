import type { Kind, Operation } from '../clients/ledger.ts';
import type { Stage } from '../stage.ts';

export interface LedgerFigures {
  lost: number;
  unexpected: number;
  /** Unknown outcomes that turned out to have happened. */
  recovered: number;
  problems: string[];
}

export interface Present {
  kind: Kind;
  key: string;
  /** The request that caused it, where the key alone does not name one operation. */
  cause: string | null;
  status: number | null;
  body: string | null;
}

/**
 * What the clients were told, compared with what is stored: everything acknowledged is present, everything present was
 * asked for, and what is kept of an answer is the answer that was given.
 */
export async function checkLedger({ db, ledger }: Stage): Promise<LedgerFigures> {
  return compareLedger(ledger.operations, await db.query<Present>(PRESENT));
}

export function compareLedger(operations: readonly Operation[], present: readonly Present[]): LedgerFigures {
  const found = new Set<Operation>();
  const problems: string[] = [];
  const byKey = Map.groupBy(operations, ({ kind, key }) => `${kind} ${key}`);
  let unexpected = 0;
  for (const row of present) {
    const candidates = byKey.get(`${row.kind} ${row.key}`) ?? [];
    const operation = candidates.find(
      ({ requestIds }) => row.cause === null || requestIds.includes(row.cause),
    );
    if (
      !operation ||
      operation.outcome === 'failed' ||
      (operation.outcome === 'refused' && !isScan(row.kind))
    ) {
      unexpected += 1;
      problems.push(
        `unexpected: the ${row.kind} ${row.key} is there and was ${operation?.outcome ?? 'never asked for'}`,
      );
      continue;
    }
    found.add(operation);
    if (isScan(row.kind)) problems.push(...otherAnswer(operation, row));
  }
  const lost = operations.filter(
    (operation) =>
      (operation.outcome === 'acknowledged' || (operation.outcome === 'refused' && isScan(operation.kind))) &&
      !found.has(operation),
  );
  problems.push(
    ...lost.map(({ kind, key, outcome }) => `lost: the ${kind} ${key} was ${outcome} and is not there`),
  );
  const recovered = [...found].filter(({ wasUnknown }) => wasUnknown).length;
  return { lost: lost.length, unexpected, recovered, problems };
}

const isScan = (kind: Kind) => kind === 'check_in' || kind === 'redemption';

function otherAnswer({ key, status, body }: Operation, row: Present): string[] {
  if (status === undefined || (row.status === status && row.body === body)) return [];
  return [`the scan ${key} was answered ${status} ${body}, and ${row.status} ${row.body} is kept`];
}

const PRESENT = `
  select kind, scan_id::text as key, null as cause, answer_status as status, answer_body::text as body
  from attendance.scans
  union all
  select 'annulment', check_in_id::text, null, null, null from attendance.check_ins where annulled_at is not null
  union all
  select case to_status when 'cancelled' then 'cancellation' else 'override' end, enrollment_id::text, cause, null, null
  from attendance.transitions
  where triggered_by = 'admin' and from_status is not null and reason <> 'annulled'
  union all
  select 'enrollment', p.email, t.cause, null, null
  from attendance.transitions t
  join attendance.enrollments e using (event_id, enrollment_id)
  join attendance.participants p on p.organization_id = e.organization_id and p.participant_id = e.participant_id
  where t.from_status is null and t.cause <> 'test'`;
