import { readers } from '@turnout/access/authorize';
import type { Status } from '@turnout/attendance/enrollment';
import type { TriggeredBy } from '@turnout/attendance/moves';
import type { Evidence } from '@turnout/attendance/requirement';
import { findEvent } from '@turnout/attendance-store/find-event';
import { type AuditRecord, listAudit } from '@turnout/audit/list-audit';
import { transitionBody as transitionSchema } from '@turnout/contracts/http/enrollments';
import { listOf, page } from '@turnout/contracts/http/pagination';
import type { Reply } from '@turnout/runtime/http/reply';
import { z } from 'zod';
import type { AdminContext } from '../context.ts';
import { answerAuditPage } from './audit.ts';
import { transitionBody } from './enrollment-body.ts';
import { oneEvent, route } from './route.ts';

export function listTransitionsRoute({ db }: AdminContext) {
  return route({
    method: 'get',
    path: '/v1/events/:eventId/transitions',
    allow: readers,
    summary: 'Lists the changes of status in one event, oldest first',
    params: oneEvent,
    query: z.object(page),
    answers: { 200: listOf(transitionSchema) },
    refusals: ['not_found'],
    async handle({ principal, params, query }): Promise<Reply> {
      const { organizationId } = principal;
      const event = await findEvent(db, organizationId, params.eventId);
      if (!event) return { problem: 'not_found' };
      const filter = { organizationId, eventIds: [event.id], kinds: ['transition'] as const };
      return await answerAuditPage({
        list: `transitions of ${event.id}`,
        principal,
        query,
        load: (after, limit) => listAudit(db, filter, { after, limit }),
        toBody: (record) => transitionBody(toTransition(record)),
      });
    },
  });
}

interface TransitionDetails {
  from: Status | null;
  to: Status;
  triggeredBy: TriggeredBy;
  version: number;
  evidence: Evidence | null;
}

function toTransition({ id: transitionId, enrollmentId, actor, reason, details, at, cause }: AuditRecord) {
  if (enrollmentId === null || reason === null)
    throw new Error('a transition has an enrollment and a reason');
  return {
    id: transitionId,
    enrollmentId,
    actor,
    reason,
    at,
    cause,
    ...(details as unknown as TransitionDetails),
  };
}
