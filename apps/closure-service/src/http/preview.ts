import { answerPage } from '@turnout/access/answer-page';
import { readers } from '@turnout/access/authorize';
import {
  type PreviewedVerdict,
  previewClosure,
  previewTotals,
} from '@turnout/attendance-store/closing/preview-closure';
import { findEvent } from '@turnout/attendance-store/find-event';
import { closurePreview, type PreviewedVerdictBody } from '@turnout/contracts/http/closures';
import { page } from '@turnout/contracts/http/pagination';
import type { Reply } from '@turnout/runtime/http/reply';
import { atOneInstant } from '@turnout/runtime/postgres-snapshot';
import { z } from 'zod';
import { refusalReply } from './refusals.ts';
import { type ClosureContext, oneEvent, route } from './route.ts';

/** What closing now would decide, as of one instant, also before the event has ended. Nothing is locked or decided. */
export function previewRoute({ db }: ClosureContext) {
  return route({
    method: 'get',
    path: '/v1/events/:eventId/closure-preview',
    summary: 'Previews what closing now would decide, person by person, without deciding it',
    allow: readers,
    params: oneEvent,
    query: z.object(page),
    answers: { 200: closurePreview },
    refusals: ['event_cancelled'],
    async handle({ principal, params: { eventId }, query }): Promise<Reply> {
      return await atOneInstant(db, async (tx): Promise<Reply> => {
        const event = await findEvent(tx, principal.organizationId, eventId);
        if (!event) return { problem: 'not_found' };
        const { cancelledAt } = event;
        if (cancelledAt) return refusalReply({ code: 'event_cancelled', cancelledAt });
        const listed = await answerPage({
          list: `closure-preview of ${eventId}`,
          principal,
          query,
          load: async (after, limit) => await previewClosure(tx, event, { after, limit }),
          idOf: ({ enrollmentId }) => enrollmentId,
          toBody,
        });
        if (!('status' in listed)) return listed;
        const totals = query.cursor === undefined ? await previewTotals(tx, event) : null;
        return { status: 200, body: { totals, ...(listed.body as object) } };
      });
    },
  });
}

function toBody({ enrollmentId, displayName, status, move, evaluation }: PreviewedVerdict) {
  const { rule, met, presentDays, requiredDays, missingDays } = evaluation;
  return {
    enrollmentId,
    displayName,
    status,
    verdict: move.to === 'attended' ? 'attended' : 'no_show',
    reason: reasonOf(move.code),
    evaluation: { rule, met, presentDays, requiredDays, missingDays },
  } satisfies PreviewedVerdictBody;
}

function reasonOf(code: PreviewedVerdict['move']['code']): PreviewedVerdictBody['reason'] {
  if (code === 'requirement_met' || code === 'requirement_not_met' || code === 'never_checked_in')
    return code;
  throw new Error(`closure decides nothing by ${code}`);
}
