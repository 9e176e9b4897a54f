import { findEvent } from '@turnout/attendance-store/find-event';
import { importError, importQuery, importResult } from '@turnout/contracts/http/enrollment-import';
import { MINUTE } from '@turnout/runtime/durations';
import { openPlaces } from '@turnout/runtime/http/places';
import type { Answer, Refusal, Reply } from '@turnout/runtime/http/reply';
import { bytes } from '@turnout/runtime/http/route';
import { type ImportCommand, type ImportedFile, importEnrollments } from '../commands/import-enrollments.ts';
import type { AdminContext } from '../context.ts';
import { importEvents } from './import-events.ts';
import { importRefused } from './refusals.ts';
import { oneEvent, route, writers } from './route.ts';

const MEGABYTE = 1_000_000;
/** Each holds a file and its people in memory. One organization leaves room for another. */
const AT_ONCE = 3;
const OF_ONE_ORGANIZATION = 2;

export function importRoute({ db, bulkDb }: AdminContext) {
  const places = openPlaces({
    atOnce: AT_ONCE,
    waiting: 0,
    waitMs: 0,
    share: { places: OF_ONE_ORGANIZATION, waiting: 0 },
    name: 'imports',
    of: 'imports',
  });
  async function run(command: ImportCommand): Promise<Answer | Refusal> {
    const giveBack = await places.take(command.principal.organizationId);
    if (giveBack === null) return busy;
    try {
      return answerOf(await importEnrollments(bulkDb, command));
    } finally {
      giveBack();
    }
  }
  return route({
    method: 'post',
    path: '/v1/events/:eventId/enrollments/import',
    allow: writers,
    params: oneEvent,
    query: importQuery,
    mediaType: 'text/csv',
    body: bytes,
    bodyLimit: 10 * MEGABYTE,
    deadlineMs: 2 * MINUTE,
    summary: 'Enrolls all people of a CSV file, or none',
    answers: { 200: { json: importResult, mediaTypes: ['text/event-stream'] } },
    answerHeaders: { 'Idempotent-Replayed': 'true when this file was imported before under this importId.' },
    refusals: ['event_cancelled', 'import_id_reused'],
    fieldError: importError,
    async handle({ principal, params, query, body, requestId, headers, signal }): Promise<Reply> {
      const { eventId } = params;
      if (!(await findEvent(db, principal.organizationId, eventId))) return { problem: 'not_found' };
      const { dryRun, importId = null } = query;
      const command = { principal, eventId, file: body, dryRun, importId, requestId };
      if (!wantsEvents(headers.accept)) {
        return await run({ ...command, signal, onProgress: () => undefined });
      }
      return importEvents(requestId, (listener, onProgress) =>
        run({ ...command, signal: listener, onProgress }),
      );
    },
  });
}

function answerOf(imported: ImportedFile | null): Answer | Refusal {
  if (!imported) return { problem: 'not_found' };
  if (imported.outcome === 'refused') return importRefused(imported.refusal);
  const { created, again } = imported;
  return {
    status: 200,
    body: { created },
    ...(again ? { headers: { 'Idempotent-Replayed': 'true' } } : {}),
  };
}

const busy: Refusal = {
  problem: 'unavailable',
  detail: 'Other files are being imported. Send this one again later.',
  headers: { 'Retry-After': '10' },
};

function wantsEvents(accept: string | undefined): boolean {
  return (accept ?? '').split(',').some((type) => type.split(';')[0]?.trim() === 'text/event-stream');
}
