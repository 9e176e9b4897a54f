import type { SealedRow } from './find-lines.ts';
import type { AuditFault } from './verify.ts';

/** What is wrong, which row it is, and what it should look like as far as that is known. */
export function faultSentences(fault: AuditFault): string[] {
  const { seal, sealed, found } = fault;
  switch (fault.problem) {
    case 'row_changed':
      return [`${named(fault)} was changed by hand (seal ${seal}).`, ...differences(sealed, found)];
    case 'row_removed':
      return [`${named(fault)} was removed by hand (seal ${seal}).`, `it was: ${JSON.stringify(sealed)}`];
    case 'row_inserted':
      return [
        `${named(fault)} was inserted or changed by hand: it was not there when the rows of that time were sealed.`,
        `it is: ${JSON.stringify(found)}`,
      ];
    case 'row_backdated':
      return [
        `${named(fault)} was inserted by hand: it is dated ${found?.at}, but was written after rows that are more than an hour newer (seal ${seal}).`,
        `it is: ${JSON.stringify(found)}`,
      ];
    case 'seal_changed':
      return [
        `Seal ${seal} was changed by hand: its hash does not match the previous seal and its own content.`,
        'only a backup can show what it said.',
      ];
    case 'seal_missing':
      return [`Seal ${seal} is missing: seals were removed by hand.`];
    case 'head_missing':
      return [
        'The chain does not contain the hash that you noted: it was rebuilt by hand, or the database was restored to an earlier time.',
      ];
  }
}

function named({ row, sealed, found }: AuditFault): string {
  const known = sealed ?? found;
  const place = [
    known?.eventId && `event ${known.eventId}`,
    known?.enrollmentId && `enrollment ${known.enrollmentId}`,
    known?.version && `version ${known.version}`,
    known?.action,
  ].filter(Boolean);
  return `The ${row?.kind} ${row?.id}${place.length > 0 ? ` (${place.join(', ')})` : ''}`;
}

function differences(sealed: SealedRow | null, found: SealedRow | null): string[] {
  if (!sealed || !found) return [];
  return Object.keys(sealed)
    .filter((column) => JSON.stringify(sealed[column]) !== JSON.stringify(found[column]))
    .map(
      (column) =>
        `${column} is ${JSON.stringify(found[column])}, and was sealed as ${JSON.stringify(sealed[column])}`,
    );
}
