import { findEvent } from '@turnout/attendance-store/find-event';
import type { Reply, ServerSentEvent } from '@turnout/runtime/http/reply';
import type { CheckinContext } from '../context.ts';
import { lastSeenOf, snapshotBody } from '../live/snapshot-body.ts';
import { oneEvent, overseers, route } from './route.ts';

export function liveRoute({ db, live }: CheckinContext) {
  return route({
    method: 'get',
    path: '/v1/events/:eventId/live',
    summary: 'Streams a snapshot of the event whenever something changes',
    answers: { 200: { mediaTypes: ['text/event-stream'] } },
    allow: overseers,
    params: oneEvent,
    async handle({ principal, params, headers }): Promise<Reply> {
      const event = await findEvent(db, principal.organizationId, params.eventId);
      if (!event) return { problem: 'not_found' };
      const lastSeen = lastSeenOf(headers['last-event-id']);
      return { events: (signal) => snapshots(event.id, lastSeen, signal) };
    },
  });

  async function* snapshots(
    eventId: string,
    lastSeen: Date | null,
    signal: AbortSignal,
  ): AsyncGenerator<ServerSentEvent> {
    let reachBackTo = lastSeen;
    for await (const look of live.follow(eventId, signal)) {
      yield { event: 'snapshot', id: look.at.toISOString(), data: snapshotBody(look, reachBackTo) };
      reachBackTo = null;
    }
  }
}
