import { readers } from '@turnout/access/authorize';
import { findEnrollment } from '@turnout/attendance-store/reading/find-enrollment';
import {
  badgeQuery,
  changeEnrollmentRequest,
  enrollmentBody as enrollmentSchema,
  reissueRequest,
} from '@turnout/contracts/http/enrollments';
import type { Reply } from '@turnout/runtime/http/reply';
import qrcode from 'qrcode';
import { type ChangedBadge, changeTicketType, reissueAccessCode } from '../commands/change-badge.ts';
import type { AdminContext } from '../context.ts';
import { enrollmentBody } from './enrollment-body.ts';
import { badgeRefused } from './refusals.ts';
import { oneEnrollment, route, writers } from './route.ts';

export function changeEnrollmentRoute({ db, models }: AdminContext) {
  return route({
    method: 'patch',
    path: '/v1/events/:eventId/enrollments/:enrollmentId',
    allow: writers,
    params: oneEnrollment,
    body: changeEnrollmentRequest,
    summary: "Changes an enrollment's ticket type",
    answers: { 200: enrollmentSchema },
    async handle({ principal, params, body, requestId }): Promise<Reply> {
      const { ticketType } = body;
      const changed = await changeTicketType(db, { principal, ...params, ticketType, requestId });
      return await answer(models, { organizationId: principal.organizationId, ...params }, changed);
    },
  });
}

export function reissueRoute({ db, models }: AdminContext) {
  return route({
    method: 'post',
    path: '/v1/events/:eventId/enrollments/:enrollmentId/access-code',
    allow: writers,
    params: oneEnrollment,
    body: reissueRequest.default({}),
    summary: 'Gives an enrollment a new access code and invalidates the old one',
    answers: { 200: enrollmentSchema },
    refusals: ['access_code_taken', 'enrollment_cancelled'],
    async handle({ principal, params, body, requestId }): Promise<Reply> {
      const { accessCode = null } = body;
      const reissued = await reissueAccessCode(db, { principal, ...params, accessCode, requestId });
      return await answer(models, { organizationId: principal.organizationId, ...params }, reissued);
    },
  });
}

/** Level M mends what a scratch or a fold takes; the quiet zone is that of the standard, four modules wide. */
const drawn = { errorCorrectionLevel: 'M', margin: 4 } as const;
/** Pixels of one module: a code of ours is some 300 pixels wide. */
const SCALE = 8;

export function badgeRoute({ models }: AdminContext) {
  return route({
    method: 'get',
    path: '/v1/events/:eventId/enrollments/:enrollmentId/badge',
    allow: readers,
    params: oneEnrollment,
    query: badgeQuery,
    summary: 'Draws the access code of an enrollment as a QR code',
    answers: { 200: { mediaTypes: ['image/svg+xml', 'image/png'] } },
    async handle({ principal, params, query }): Promise<Reply> {
      const key = { organizationId: principal.organizationId, ...params };
      const enrollment = await findEnrollment(models, key);
      if (!enrollment) return { problem: 'not_found' };
      const [type, body] =
        query.format === 'png'
          ? ['image/png', await qrcode.toBuffer(enrollment.accessCode, { ...drawn, scale: SCALE })]
          : ['image/svg+xml', await qrcode.toString(enrollment.accessCode, { ...drawn, type: 'svg' })];
      return { status: 200, headers: { 'Content-Type': type, 'Cache-Control': 'no-store' }, body };
    },
  });
}

async function answer(
  models: AdminContext['models'],
  key: { organizationId: string; eventId: string; enrollmentId: string },
  changed: ChangedBadge | null,
): Promise<Reply> {
  if (!changed) return { problem: 'not_found' };
  if (changed.outcome === 'refused') return badgeRefused(changed.refusal);
  const enrollment = await findEnrollment(models, key);
  return enrollment ? { status: 200, body: enrollmentBody(enrollment) } : { problem: 'not_found' };
}
