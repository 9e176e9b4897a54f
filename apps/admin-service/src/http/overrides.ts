import { findEnrollment } from '@turnout/attendance-store/reading/find-enrollment';
import { findTransition } from '@turnout/attendance-store/reading/find-transition';
import {
  enrollmentBody as enrollmentShape,
  overridden,
  overrideRequest,
} from '@turnout/contracts/http/enrollments';
import { cancellationRequest } from '@turnout/contracts/http/events';
import { validationFailed } from '@turnout/runtime/http/problems';
import type { Reply } from '@turnout/runtime/http/reply';
import { cancelEnrollment } from '../commands/cancel-enrollment.ts';
import { overrideEnrollment } from '../commands/override-enrollment.ts';
import type { AdminContext } from '../context.ts';
import { enrollmentBody, transitionBody } from './enrollment-body.ts';
import { cancellationRefused, overrideRefused } from './refusals.ts';
import { oneEnrollment, route, writers } from './route.ts';

export function overrideRoute({ db, models, relay }: AdminContext) {
  return route({
    method: 'post',
    path: '/v1/events/:eventId/enrollments/:enrollmentId/overrides',
    summary: 'Corrects a status by hand',
    answers: { 200: overridden },
    refusals: ['event_cancelled', 'illegal_transition', 'day_required', 'not_an_event_day'],
    allow: writers,
    params: oneEnrollment,
    body: overrideRequest,
    async handle({ principal, params, body, requestId }): Promise<Reply> {
      const { to, reason, day = null } = body;
      if (to === 'attended' && day !== null) {
        return validationFailed([
          { path: 'day', message: 'is only allowed with "to": "checked_in"; leave it out' },
        ]);
      }
      const overridden = await overrideEnrollment(db, { principal, ...params, to, reason, day, requestId });
      if (!overridden) return { problem: 'not_found' };
      if (overridden.outcome === 'refused') return overrideRefused(overridden.refusal);
      relay.wake();
      const key = { organizationId: principal.organizationId, ...params };
      const enrollment = await findEnrollment(models, key);
      const transition = await findTransition(models, key, overridden.version);
      return {
        status: 200,
        body: {
          enrollment: enrollment && enrollmentBody(enrollment),
          transition: transition && transitionBody(transition),
        },
      };
    },
  });
}

export function cancelEnrollmentRoute({ db, models, relay }: AdminContext) {
  return route({
    method: 'post',
    path: '/v1/events/:eventId/enrollments/:enrollmentId/cancellation',
    summary: 'Cancels an enrollment',
    answers: { 200: enrollmentShape },
    refusals: ['illegal_transition'],
    allow: writers,
    params: oneEnrollment,
    body: cancellationRequest,
    async handle({ principal, params, body, requestId }): Promise<Reply> {
      const { reason } = body;
      const cancelled = await cancelEnrollment(db, { principal, ...params, reason, requestId });
      if (!cancelled) return { problem: 'not_found' };
      if (cancelled.outcome === 'refused') return cancellationRefused(cancelled.refusal);
      relay.wake();
      const key = { organizationId: principal.organizationId, ...params };
      const enrollment = await findEnrollment(models, key);
      return { status: 200, body: enrollment && enrollmentBody(enrollment) };
    },
  });
}
