import { actorOf } from '@turnout/access/actor-of';
import { recordActions } from '@turnout/access/record-actions';
import { findClosableEvent } from '@turnout/attendance-store/closing/find-closable-event';
import { startedClosureRun } from '@turnout/contracts/http/closure-runs';
import type { Reply } from '@turnout/runtime/http/reply';
import { beginClosure } from '../commands/begin-closure.ts';
import { closeEvent } from '../commands/close-event.ts';
import { inProgress, refusalReply } from './refusals.ts';
import { type ClosureContext, oneEvent, route } from './route.ts';

/** The run has begun, and its row is there, when the answer is given. The work goes on after it. */
export function requestRunRoute({ db, closure, background }: ClosureContext) {
  return route({
    method: 'post',
    path: '/v1/events/:eventId/closure-runs',
    summary: 'Closes an event that has ended',
    answers: { 202: startedClosureRun },
    refusals: ['event_cancelled', 'event_not_ended', 'closure_in_progress'],
    allow: ['admin'],
    params: oneEvent,
    async handle({ principal, params: { eventId }, requestId }): Promise<Reply> {
      if (closure.stopping.aborted) return { problem: 'unavailable', headers: { 'Retry-After': '1' } };
      // Before the lock: whether somebody else's event is being closed is nobody's business.
      const event = await findClosableEvent(db, eventId, principal.organizationId);
      if (!event) return { problem: 'not_found' };
      if (event.refusal) return refusalReply(event.refusal);

      const order = { eventId, trigger: 'request', onlyIfDue: false } as const;
      const beginning = await beginClosure(closure, {
        ...order,
        alongside: (tx, begun) =>
          recordActions(tx, [
            {
              organizationId: begun.organizationId,
              action: 'closure.requested',
              actor: actorOf(principal),
              eventId,
              subjectId: begun.id,
              cause: requestId,
            },
          ]),
      });
      if (beginning.outcome === 'in_progress') return inProgress;
      if (beginning.outcome === 'refused') return refusalReply(beginning.refusal);
      const { run } = beginning;
      closure.logger.info(
        { eventId, runId: run.id, requestId, tokenId: principal.tokenId },
        'closure requested',
      );
      background.start(() => closeEvent(closure, order, beginning));
      return {
        status: 202,
        headers: { Location: `/v1/closure-runs/${run.id}` },
        body: { id: run.id, eventId, status: 'running' },
      };
    },
  });
}
