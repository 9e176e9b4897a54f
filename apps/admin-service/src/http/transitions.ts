import { answerPage } from '@turnout/access/answer-page';
import { findEvent } from '@turnout/attendance-store/find-event';
import { listTransitions } from '@turnout/attendance-store/reading/list-transitions';
import { transitionBody as transition } from '@turnout/contracts/http/enrollments';
import { listOf, page } from '@turnout/contracts/http/pagination';
import { id } from '@turnout/contracts/primitives';
import type { Reply } from '@turnout/runtime/http/reply';
import { z } from 'zod';
import type { AdminContext } from '../context.ts';
import { transitionBody } from './enrollment-body.ts';
import { readers, route } from './route.ts';

export function listTransitionsRoute({ db }: AdminContext) {
  return route({
    method: 'get',
    path: '/v1/events/:eventId/transitions',
    summary: 'Lists the audit trail of an event, oldest first',
    answers: { 200: listOf(transition) },
    allow: readers,
    params: z.object({ eventId: id }),
    query: z.object(page),
    async handle({ principal, params, query }): Promise<Reply> {
      const { organizationId } = principal;
      const event = await findEvent(db, organizationId, params.eventId);
      if (!event) return { problem: 'not_found' };
      return await answerPage({
        list: `transitions of ${event.id}`,
        principal,
        query,
        load: (after, limit) => listTransitions(db, { organizationId, eventId: event.id, after, limit }),
        idOf: (transition) => transition.id,
        toBody: transitionBody,
      });
    },
  });
}
