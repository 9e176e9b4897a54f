import { findEvent } from '@turnout/attendance-store/find-event';
import { findOrderOfTicket } from '@turnout/attendance-store/reading/find-order';
import { type AttendeeProducts, doorCheckRequest, redemptionRequest } from '@turnout/contracts/http/products';
import { id, scannedCode } from '@turnout/contracts/primitives';
import type { Reply } from '@turnout/runtime/http/reply';
import { z } from 'zod';
import type { CheckinContext } from '../context.ts';
import { lineItemBody } from './product-answers.ts';
import { unknownCode } from './refusals.ts';
import { route } from './route.ts';
import { broughtBy, replyToScan } from './scan-replies.ts';

const desk = ['front_desk', 'supervisor', 'admin'] as const;

export function attendeeProductsRoute({ db }: CheckinContext) {
  return route({
    method: 'get',
    path: '/v1/events/:eventId/attendees/:accessCode/products',
    allow: [...desk, 'auditor'],
    urgent: true,
    params: z.object({ eventId: id, accessCode: scannedCode }),
    async handle({ principal, params }): Promise<Reply> {
      const { organizationId } = principal;
      const event = await findEvent(db, organizationId, params.eventId);
      if (!event) return { problem: 'not_found' };
      const ticket = await findOrderOfTicket(db, { organizationId, ...params });
      if (!ticket) return { problem: 'unknown_code', detail: unknownCode(event) };
      const body: AttendeeProducts = { items: (ticket.order?.lineItems ?? []).map(lineItemBody) };
      return { status: 200, body };
    },
  });
}

export function redemptionRoute(context: CheckinContext) {
  return route({
    method: 'post',
    path: '/v1/events/:eventId/redemptions',
    allow: desk,
    urgent: true,
    params: z.object({ eventId: id }),
    body: redemptionRequest,
    async handle({ principal, params: { eventId }, body: scan, requestId, signal }): Promise<Reply> {
      const brought = broughtBy(principal, requestId);
      return await replyToScan(context, { kind: 'redemption', scan, ...brought }, { eventId, signal });
    },
  });
}

export function doorCheckRoute(context: CheckinContext) {
  return route({
    method: 'post',
    path: '/v1/events/:eventId/door-checks',
    allow: desk,
    urgent: true,
    params: z.object({ eventId: id }),
    body: doorCheckRequest,
    async handle({ principal, params: { eventId }, body: scan, requestId, signal }): Promise<Reply> {
      const brought = broughtBy(principal, requestId);
      return await replyToScan(context, { kind: 'door_check', scan, ...brought }, { eventId, signal });
    },
  });
}
