import { findEvent } from '@turnout/attendance-store/find-event';
import { findOrderOfTicket } from '@turnout/attendance-store/reading/find-order';
import {
  type AttendeeProducts,
  attendeeProducts,
  doorCheckAccepted,
  doorCheckRequest,
  redemptionAccepted,
  redemptionRequest,
} from '@turnout/contracts/http/products';
import { id, scannedCode } from '@turnout/contracts/primitives';
import type { Reply } from '@turnout/runtime/http/reply';
import { z } from 'zod';
import { lineItemBody } from '../answers/product-answers.ts';
import { unknownCode } from '../answers/refusals.ts';
import type { CheckinContext } from '../context.ts';
import { replayHeader } from './replay-header.ts';
import { desk, lookers, oneEvent, route } from './route.ts';
import { broughtBy, replyToScan } from './scan-replies.ts';

export function attendeeProductsRoute({ db }: CheckinContext) {
  return route({
    method: 'get',
    path: '/v1/events/:eventId/attendees/:accessCode/products',
    summary: 'Lists what an attendee bought and what is left of it',
    answers: { 200: attendeeProducts },
    refusals: ['unknown_code'],
    allow: lookers,
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
    summary: 'Hands out one unit of a line item',
    answers: { 201: redemptionAccepted },
    refusals: [
      'unknown_code',
      'event_cancelled',
      'enrollment_cancelled',
      'order_unpaid',
      'scan_id_reused',
      'unknown_line_item',
      'fully_redeemed',
    ],
    answerHeaders: replayHeader,
    allow: desk,
    urgent: true,
    params: oneEvent,
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
    summary: 'Admits an attendee to a room or a part of the event by product',
    answers: { 201: doorCheckAccepted },
    refusals: [
      'unknown_code',
      'event_cancelled',
      'enrollment_cancelled',
      'order_unpaid',
      'scan_id_reused',
      'unknown_product',
      'not_entitled',
    ],
    answerHeaders: replayHeader,
    allow: desk,
    urgent: true,
    params: oneEvent,
    body: doorCheckRequest,
    async handle({ principal, params: { eventId }, body: scan, requestId, signal }): Promise<Reply> {
      const brought = broughtBy(principal, requestId);
      return await replyToScan(context, { kind: 'door_check', scan, ...brought }, { eventId, signal });
    },
  });
}
