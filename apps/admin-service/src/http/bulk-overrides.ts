import { findEvent } from '@turnout/attendance-store/find-event';
import { findEnrollmentIds } from '@turnout/attendance-store/reading/list-enrollments';
import {
  type BulkOverride,
  bulkOverride,
  bulkOverrideRequest,
  type EnrollmentFilter,
  MOST_OVERRIDES,
} from '@turnout/contracts/http/bulk-overrides';
import { SECOND } from '@turnout/runtime/durations';
import type { Reply } from '@turnout/runtime/http/reply';
import { type NotOverridden, overrideMany } from '../commands/override-many.ts';
import type { AdminContext } from '../context.ts';
import { bulkOverrideRefused, notOverridden, tooManyEnrollments } from './refusals.ts';
import { oneEvent, route, writers } from './route.ts';

const MEGABYTE = 1_000_000;
const REFUSED_SHOWN = 100;

export function overrideManyRoute({ db, bulkDb, models, relay }: AdminContext) {
  return route({
    method: 'post',
    path: '/v1/events/:eventId/overrides',
    allow: writers,
    params: oneEvent,
    body: bulkOverrideRequest,
    bodyLimit: MEGABYTE,
    deadlineMs: 30 * SECOND,
    summary: 'Corrects the status of many enrollments, or counts how many would change',
    answers: { 200: bulkOverride },
    refusals: [
      'count_differs',
      'too_many_enrollments',
      'event_cancelled',
      'day_required',
      'not_an_event_day',
    ],
    async handle({ principal, params, body, requestId }): Promise<Reply> {
      const { organizationId } = principal;
      const { eventId } = params;
      if (!(await findEvent(db, organizationId, eventId))) return { problem: 'not_found' };
      const { to, reason, day = null, filter = {}, dryRun } = body;
      const enrollmentIds =
        body.enrollmentIds ??
        (await findEnrollmentIds(models, { organizationId, eventId, ...asked(filter) }, MOST_OVERRIDES + 1));
      if (enrollmentIds.length > MOST_OVERRIDES) return tooManyEnrollments(MOST_OVERRIDES);
      const overridden = await overrideMany(bulkDb, {
        principal,
        eventId,
        enrollmentIds,
        to,
        reason,
        day,
        expectedCount: dryRun ? null : (body.expectedCount ?? null),
        requestId,
      });
      if (overridden.outcome === 'refused') return bulkOverrideRefused(overridden.refusal);
      if (!dryRun) relay.wake();
      const { count, refused } = overridden;
      return { status: 200, body: toBody(dryRun, count, refused, to) };
    },
  });
}

function asked({ status, ticketType, search }: EnrollmentFilter) {
  return {
    status: status ?? null,
    ticketType:
      ticketType === undefined ? null : ticketType === null ? ('none' as const) : { is: ticketType },
    search: search?.trim() ?? null,
  };
}

function toBody(
  dryRun: boolean,
  count: number,
  refused: readonly NotOverridden[],
  to: 'attended' | 'checked_in',
): BulkOverride {
  return {
    dryRun,
    count,
    refusedCount: refused.length,
    refused: refused.slice(0, REFUSED_SHOWN).map(({ enrollmentId, from }) => ({
      enrollmentId,
      code: from === null ? 'not_found' : 'illegal_transition',
      from,
      detail: notOverridden(from, to),
    })),
  };
}
