import { mayTouch, readers } from '@turnout/access/authorize';
import { findClosureRun, listClosureRuns } from '@turnout/attendance-store/closing/find-closure-runs';
import { findEvent } from '@turnout/attendance-store/find-event';
import { closureRun, toClosureRunBody } from '@turnout/contracts/http/closure-runs';
import { listOf, page, readCursor, writeCursor } from '@turnout/contracts/http/pagination';
import { id } from '@turnout/contracts/primitives';
import { validationFailed } from '@turnout/runtime/http/problems';
import type { Reply } from '@turnout/runtime/http/reply';
import { z } from 'zod';
import { type ClosureContext, oneEvent, route } from './route.ts';

/** The latest run first. */
export function listRunsRoute({ db }: ClosureContext) {
  return route({
    method: 'get',
    path: '/v1/events/:eventId/closure-runs',
    operationId: 'listClosureRunsOfEvent',
    summary: 'Lists the closure runs of an event, latest first',
    answers: { 200: listOf(closureRun) },
    allow: readers,
    params: oneEvent,
    query: z.object(page),
    async handle({ principal: { organizationId }, params: { eventId }, query }): Promise<Reply> {
      const event = await findEvent(db, organizationId, eventId);
      if (!event) return { problem: 'not_found' };
      const list = `closure-runs of ${eventId}`;
      const key = query.cursor === undefined ? null : readCursor(query.cursor, list, organizationId, runKey);
      if (query.cursor !== undefined && !key) {
        return validationFailed([{ path: 'cursor', message: 'must be a nextCursor of this list' }]);
      }
      const before = key && { epoch: Number(key[0]), id: key[1] };
      const runs = await listClosureRuns(db, { organizationId, eventId }, { before, limit: query.limit + 1 });
      const items = runs.slice(0, query.limit);
      const last = runs.length > items.length ? items.at(-1) : undefined;
      const nextCursor = last ? writeCursor(list, organizationId, [String(last.epoch), last.id]) : null;
      return { status: 200, body: { items: items.map(toClosureRunBody), nextCursor } };
    },
  });
}

export function readRunRoute({ db }: ClosureContext) {
  return route({
    method: 'get',
    path: '/v1/closure-runs/:runId',
    summary: 'Reads one closure run',
    answers: { 200: closureRun },
    allow: readers,
    params: z.object({ runId: id }),
    async handle({ principal, params }): Promise<Reply> {
      const run = await findClosureRun(db, principal.organizationId, params.runId);
      if (!run || !mayTouch(principal, run.eventId)) return { problem: 'not_found' };
      return { status: 200, body: toClosureRunBody(run) };
    },
  });
}

/** Runs are listed by epoch, then id. */
const runKey = z.tuple([z.string().regex(/^\d{1,15}$/), z.uuid()]);
