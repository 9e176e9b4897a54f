import type { AuditRecord } from '@turnout/audit/list-audit';
import { stringify } from 'csv-stringify/sync';
import { auditEntryBody } from './audit-entry.ts';

type Portions = AsyncIterable<readonly AuditRecord[]>;

/** One JSON object in each line, as the list has it. */
export async function* auditLines(portions: Portions): AsyncGenerator<string> {
  for await (const records of portions) {
    yield records.map((record) => `${JSON.stringify(auditEntryBody(record))}\n`).join('');
  }
}

const COLUMNS = [
  'at',
  'action',
  'eventId',
  'enrollmentId',
  'subjectId',
  'actorType',
  'actorId',
  'actorLabel',
  'reason',
  'details',
  'cause',
  'kind',
  'id',
] as const;

/** For spreadsheets: what they would take for a formula has an apostrophe before it. */
export async function* auditCsv(portions: Portions): AsyncGenerator<string> {
  yield toCsv([COLUMNS]);
  for await (const records of portions) {
    if (records.length > 0) yield toCsv(records.map(cellsOf));
  }
}

function cellsOf(record: AuditRecord): (string | null)[] {
  const { actor, details, ...body } = auditEntryBody(record);
  const cells: Record<(typeof COLUMNS)[number], string | null> = {
    ...body,
    actorType: actor.type,
    actorId: actor.id,
    actorLabel: 'label' in actor ? actor.label : null,
    details: JSON.stringify(details),
  };
  return COLUMNS.map((column) => cells[column]);
}

function toCsv(rows: readonly (readonly (string | null)[])[]): string {
  return stringify(
    [...rows].map((row) => [...row]),
    { escape_formulas: true, record_delimiter: 'windows' },
  );
}
