import { eventStats } from '@turnout/attendance-store/door/event-stats';
import { findEvent } from '@turnout/attendance-store/find-event';
import { eventStats as eventStatsShape } from '@turnout/contracts/http/attendees';
import { id } from '@turnout/contracts/primitives';
import type { Reply } from '@turnout/runtime/http/reply';
import { z } from 'zod';
import type { CheckinContext } from '../context.ts';
import { route } from './route.ts';

export function statsRoute({ db }: CheckinContext) {
  return route({
    method: 'get',
    path: '/v1/events/:eventId/stats',
    summary: 'Counts people by status, check-ins by day and by station, and who is inside',
    answers: { 200: eventStatsShape },
    allow: ['supervisor', 'admin', 'auditor'],
    params: z.object({ eventId: id }),
    async handle({ principal, params }): Promise<Reply> {
      const event = await findEvent(db, principal.organizationId, params.eventId);
      if (!event) return { problem: 'not_found' };
      const stats = await eventStats(db, event.id);
      const enrolled = Object.values(stats.byStatus).reduce((sum, count) => sum + count, 0);
      return { status: 200, body: { enrolled, ...stats } };
    },
  });
}
