import { answerKeyedPage } from '@turnout/access/answer-page';
import { mayTouch, readers } from '@turnout/access/authorize';
import {
  findClosureRun,
  listClosureRuns,
  type StoredClosureRun,
} from '@turnout/attendance-store/closing/find-closure-runs';
import { findEvent } from '@turnout/attendance-store/find-event';
import { closureRun, toClosureRunBody } from '@turnout/contracts/http/closure-runs';
import { listOf, page } from '@turnout/contracts/http/pagination';
import { id } from '@turnout/contracts/primitives';
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
    async handle({ principal, params: { eventId }, query }): Promise<Reply> {
      const { organizationId } = principal;
      const event = await findEvent(db, organizationId, eventId);
      if (!event) return { problem: 'not_found' };
      return await answerKeyedPage<StoredClosureRun, RunKey>({
        list: `closure-runs of ${eventId}`,
        principal,
        query,
        key: runKey,
        keyOf: ({ epoch, id }) => [String(epoch), id],
        load: (last, limit) => {
          const before = last && { epoch: Number(last[0]), id: last[1] };
          return listClosureRuns(db, { organizationId, eventId }, { before, limit });
        },
        toBody: toClosureRunBody,
      });
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
type RunKey = z.infer<typeof runKey>;
