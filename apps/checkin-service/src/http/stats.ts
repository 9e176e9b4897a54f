import { eventStats } from '@turnout/attendance-store/door/event-stats';
import { findEvent } from '@turnout/attendance-store/find-event';
import { eventStats as eventStatsShape } from '@turnout/contracts/http/attendees';
import type { Reply } from '@turnout/runtime/http/reply';
import type { CheckinContext } from '../context.ts';
import { oneEvent, overseers, route } from './route.ts';

export function statsRoute({ db }: CheckinContext) {
  return route({
    method: 'get',
    path: '/v1/events/:eventId/stats',
    summary: 'Counts people by status, check-ins by day and by station, and who is inside',
    answers: { 200: eventStatsShape },
    allow: overseers,
    params: oneEvent,
    async handle({ principal, params }): Promise<Reply> {
      const event = await findEvent(db, principal.organizationId, params.eventId);
      if (!event) return { problem: 'not_found' };
      const stats = await eventStats(db, event.id);
      const enrolled = Object.values(stats.byStatus).reduce((sum, count) => sum + count, 0);
      return { status: 200, body: { enrolled, ...stats } };
    },
  });
}
