import { readers } from '@turnout/access/authorize';
import { readEvents } from '@turnout/attendance-store/reports/read-events';
import { eventsReport, eventsReportQuery } from '@turnout/contracts/http/reports';
import { HOUR } from '@turnout/runtime/durations';
import { validationFailed } from '@turnout/runtime/http/problems';
import type { Reply } from '@turnout/runtime/http/reply';
import { z } from 'zod';
import type { AdminContext } from '../context.ts';
import { eventColumns, eventRow } from '../reports/event-rows.ts';
import { exportReport } from '../reports/export-report.ts';
import { COUNTED_WITHIN } from './event-reports.ts';
import { files, route } from './route.ts';

/** Wherever an event is, its first day begins and ends within so much of that date in UTC. */
const AROUND_A_DAY = 48 * HOUR;

export function eventsReportRoute(context: AdminContext) {
  return route({
    method: 'get',
    path: '/v1/reports/attendance',
    allow: readers,
    deadlineMs: COUNTED_WITHIN,
    query: z.object(eventsReportQuery),
    summary: 'Reports the attendance of each event',
    answers: { 200: { json: eventsReport, mediaTypes: files } },
    async handle({ principal, query, requestId }): Promise<Reply> {
      const { format, from = null, to = null } = query;
      if (from !== null && to !== null && from > to)
        return validationFailed([{ path: 'to', message: 'must not be before from' }]);
      const { organizationId, eventIds } = principal;
      return exportReport(
        context,
        { principal, requestId },
        {
          name: 'events',
          format,
          filters: { from, to },
          eventId: null,
          subjectId: null,
          fileName: ['Attendance', from ?? '', to ?? ''],
          sheet: 'Events',
          about: { from, to },
          columns: eventColumns(),
          async *read(tx) {
            const startingFrom = from === null ? null : new Date(Date.parse(from) - AROUND_A_DAY);
            const startingBefore = to === null ? null : new Date(Date.parse(to) + 2 * AROUND_A_DAY);
            for await (const page of readEvents(tx, {
              organizationId,
              eventIds,
              startingFrom,
              startingBefore,
            })) {
              yield page.map(eventRow).filter(({ event: { days } }) => {
                const [first = ''] = days;
                return (from === null || first >= from) && (to === null || first <= to);
              });
            }
          },
        },
      );
    },
  });
}
