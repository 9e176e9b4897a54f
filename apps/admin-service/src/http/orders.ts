import { readers } from '@turnout/access/authorize';
import { remaining } from '@turnout/attendance/order';
import { findOrder } from '@turnout/attendance-store/reading/find-order';
import type { StoredOrder } from '@turnout/attendance-store/stored';
import { type OrderBody, orderBody as order, putOrderRequest } from '@turnout/contracts/http/orders';
import type { Reply } from '@turnout/runtime/http/reply';
import { putOrder } from '../commands/put-order.ts';
import type { AdminContext } from '../context.ts';
import { orderRefused } from './refusals.ts';
import { oneEnrollment, route, writers } from './route.ts';

export function putOrderRoute({ db }: AdminContext) {
  return route({
    method: 'put',
    path: '/v1/events/:eventId/enrollments/:enrollmentId/order',
    summary: 'Replaces the order of an enrollment',
    answers: { 200: order },
    refusals: ['already_redeemed'],
    allow: writers,
    params: oneEnrollment,
    body: putOrderRequest,
    async handle({ principal, params, body, requestId }): Promise<Reply> {
      const put = await putOrder(db, { principal, ...params, request: body, requestId });
      if (!put) return { problem: 'not_found' };
      if (put.outcome === 'refused') return orderRefused(put.refusal);
      return { status: 200, body: orderBody(put.order) };
    },
  });
}

export function readOrderRoute({ db }: AdminContext) {
  return route({
    method: 'get',
    path: '/v1/events/:eventId/enrollments/:enrollmentId/order',
    summary: 'Reads the order of an enrollment',
    answers: { 200: order },
    allow: readers,
    params: oneEnrollment,
    async handle({ principal, params }): Promise<Reply> {
      const order = await findOrder(db, { organizationId: principal.organizationId, ...params });
      return order ? { status: 200, body: orderBody(order) } : { problem: 'not_found' };
    },
  });
}

function orderBody(order: StoredOrder): OrderBody {
  return {
    status: order.status,
    lineItems: order.lineItems.map(({ id: lineItemId, productId, name, kind, quantity, redeemed }) => ({
      lineItemId,
      productId,
      name,
      kind,
      quantity,
      redeemed,
      remaining: remaining({ quantity, redeemed }),
    })),
    createdAt: order.createdAt.toISOString(),
    changedAt: order.changedAt.toISOString(),
  };
}
