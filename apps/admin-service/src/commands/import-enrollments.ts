import { createHash } from 'node:crypto';
import type { Principal } from '@turnout/access/principal';
import { recordActions } from '@turnout/access/record-actions';
import { importParticipants } from '@turnout/attendance-store/enrolling/import-participants';
import type { ImportProgress } from '@turnout/contracts/http/enrollment-import';
import type { Db } from '@turnout/runtime/postgres';
import { explainRefusal } from '../importing/explain-refusal.ts';
import type { ImportErrors } from '../importing/import-errors.ts';
import { readPeople } from '../importing/read-people.ts';
import { contextOf } from './change-context.ts';

export interface ImportCommand {
  principal: Principal;
  eventId: string;
  file: Buffer;
  dryRun: boolean;
  importId: string | null;
  requestId: string;
  /** Aborted when nobody waits any more: then nothing is imported, unless it was committed already. */
  signal: AbortSignal;
  onProgress: (progress: ImportProgress) => void;
}

export type ImportedFile =
  | { outcome: 'imported'; created: number; again: boolean }
  | {
      outcome: 'refused';
      refusal:
        | { code: 'invalid_file'; errors: ImportErrors; people: number }
        | { code: 'event_cancelled'; cancelledAt: Date }
        | { code: 'import_id_reused' };
    };

/** Enrolls all people of a file or, when one can't be, none. Answers null when the organization has no such event. */
export async function importEnrollments(db: Db, command: ImportCommand): Promise<ImportedFile | null> {
  const { principal, eventId, file, dryRun, importId, requestId, signal, onProgress } = command;
  const { organizationId, eventIds } = principal;
  const step = (progress: ImportProgress) => {
    signal.throwIfAborted();
    onProgress(progress);
  };
  const { people, rowNumbers, errors } = await readPeople(file, (rows) =>
    step({ phase: 'reading', rows, of: null }),
  );
  const context = contextOf(principal, requestId);
  const imported = await importParticipants(
    db,
    {
      organizationId,
      eventId,
      eventIds,
      rows: people,
      dryRun: dryRun || errors.count > 0,
      named: importId === null ? null : { importId, digest: createHash('sha256').update(file).digest() },
      onProgress: (phase, rows) => step({ phase, rows, of: people.length }),
      alongside: (tx) =>
        recordActions(tx, [
          {
            organizationId,
            action: 'enrollments.imported',
            actor: context.actor,
            eventId,
            subjectId: importId,
            details: { created: people.length },
            cause: requestId,
          },
        ]),
    },
    context,
  );
  switch (imported?.outcome) {
    case undefined:
      return null;
    case 'event_cancelled':
      return { outcome: 'refused', refusal: { code: 'event_cancelled', cancelledAt: imported.cancelledAt } };
    case 'import_id_reused':
      return { outcome: 'refused', refusal: { code: 'import_id_reused' } };
    case 'imported':
      if (errors.count === 0) return imported;
      break;
    case 'refused':
      for (const refused of imported.refused) errors.add(explainRefusal(refused, rowNumbers));
  }
  return { outcome: 'refused', refusal: { code: 'invalid_file', errors, people: people.length } };
}
