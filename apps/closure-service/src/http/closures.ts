import { answerPage } from '@turnout/access/answer-page';
import { readers } from '@turnout/access/authorize';
import { listRunsOf } from '@turnout/attendance-store/closing/find-closure-runs';
import { listClosureStates } from '@turnout/attendance-store/closing/find-closure-states';
import { closureRun, closureRunStatus, toClosureRunBody } from '@turnout/contracts/http/closure-runs';
import { closureOfEvent, closureState, toEventClosureBody } from '@turnout/contracts/http/closures';
import { listOf, page } from '@turnout/contracts/http/pagination';
import type { Reply } from '@turnout/runtime/http/reply';
import { z } from 'zod';
import { type ClosureContext, route } from './route.ts';

/** Where the closures of all events stand: what is due, what waits, what has failed. */
export function listClosuresRoute({ db }: ClosureContext) {
  return route({
    method: 'get',
    path: '/v1/closures',
    summary: 'Lists events with the state of their closure, newest event first',
    allow: readers,
    query: z.object({ ...page, state: closureState.optional() }),
    answers: { 200: listOf(closureOfEvent) },
    async handle({ principal, query }): Promise<Reply> {
      const { organizationId, eventIds } = principal;
      const { state = null } = query;
      return await answerPage({
        list: 'closures',
        filters: { state },
        principal,
        query,
        load: (after, limit) => listClosureStates(db, { organizationId, eventIds, state }, { after, limit }),
        idOf: ({ eventId }) => eventId,
        toBody: ({ eventId, name, endsAt, closedAt, ...closure }) => ({
          eventId,
          name,
          endsAt: endsAt.toISOString(),
          closedAt: closedAt?.toISOString() ?? null,
          ...toEventClosureBody(closure),
        }),
      });
    },
  });
}

/** What ran, of all events: what failed, and why. */
export function listAllRunsRoute({ db }: ClosureContext) {
  return route({
    method: 'get',
    path: '/v1/closure-runs',
    summary: 'Lists the closure runs of all events, latest first',
    allow: readers,
    query: z.object({ ...page, status: closureRunStatus.optional() }),
    answers: { 200: listOf(closureRun) },
    async handle({ principal, query }): Promise<Reply> {
      const { organizationId, eventIds } = principal;
      const { status = null } = query;
      return await answerPage({
        list: 'closure-runs',
        filters: { status },
        principal,
        query,
        load: (after, limit) => listRunsOf(db, { organizationId, eventIds, status }, { after, limit }),
        idOf: (run) => run.id,
        toBody: toClosureRunBody,
      });
    },
  });
}
