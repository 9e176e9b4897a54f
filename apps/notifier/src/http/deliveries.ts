import { answerKeyedPage, answerPage } from '@turnout/access/answer-page';
import { readers } from '@turnout/access/authorize';
import {
  type DeliveryAttemptBody,
  type DeliveryBody,
  deliveriesQuery,
  deliveryBody as delivery,
  deliveryAttemptBody as deliveryAttempt,
} from '@turnout/contracts/http/deliveries';
import { listOf, page } from '@turnout/contracts/http/pagination';
import { id } from '@turnout/contracts/primitives';
import type { Refusal, Reply } from '@turnout/runtime/http/reply';
import { z } from 'zod';
import { type RedeliveryRefusal, redeliver } from '../commands/redeliver.ts';
import { listAttempts, type StoredAttempt } from '../store/list-attempts.ts';
import { findDelivery, listDeliveries, type StoredDelivery } from '../store/list-deliveries.ts';
import { actingAs } from './acting-as.ts';
import type { NotifierContext } from './context.ts';
import { route } from './route.ts';

const oneDelivery = z.object({ deliveryId: id });
const lastAttempt = z.tuple([z.string().regex(/^\d{1,9}$/)]);

/** What was or will be sent, newest first; a token for some events sees those of its events. */
export function listDeliveriesRoute({ db }: NotifierContext) {
  return route({
    method: 'get',
    path: '/v1/deliveries',
    summary: 'Lists what was or will be sent, newest first',
    answers: { 200: listOf(delivery) },
    allow: readers,
    query: z.object({ ...page, ...deliveriesQuery }),
    async handle({ principal, query }): Promise<Reply> {
      const { organizationId, eventIds } = principal;
      const { enrollmentId, endpointId, channel, status } = query;
      const filters = { enrollmentId, endpointId, channel, status };
      return await answerPage({
        list: 'deliveries',
        filters,
        principal,
        query,
        load: (before, limit) => listDeliveries(db, { organizationId, eventIds, ...filters, before, limit }),
        idOf: ({ delivery_id }) => delivery_id,
        toBody: deliveryBody,
      });
    },
  });
}

/** Every try to reach an endpoint with one message, newest first. */
export function listAttemptsRoute({ db }: NotifierContext) {
  return route({
    method: 'get',
    path: '/v1/deliveries/:deliveryId/attempts',
    summary: 'Lists the attempts to reach a webhook endpoint, latest first',
    answers: { 200: listOf(deliveryAttempt) },
    refusals: ['not_a_webhook_delivery'],
    allow: readers,
    params: oneDelivery,
    query: z.object(page),
    async handle({ principal, params, query }): Promise<Reply> {
      const { deliveryId } = params;
      const delivery = await findDelivery(db, principal, deliveryId);
      if (!delivery) return { problem: 'not_found' };
      if (delivery.channel !== 'webhook') {
        const detail =
          'Single attempts are recorded for webhooks only. The delivery itself shows how many there were.';
        return { problem: 'not_a_webhook_delivery', detail };
      }
      return await answerKeyedPage<StoredAttempt, [string]>({
        list: `attempts ${deliveryId}`,
        principal,
        query,
        load: (after, limit) =>
          listAttempts(db, { deliveryId, before: after ? Number(after[0]) : null, limit }),
        keyOf: ({ attempt }) => [String(attempt)],
        key: lastAttempt,
        toBody: attemptBody,
      });
    },
  });
}

/** Sends a message to its endpoint once more, now. */
export function redeliverRoute({ db, wake }: NotifierContext) {
  return route({
    method: 'post',
    path: '/v1/deliveries/:deliveryId/redelivery',
    summary: 'Sends a message to its webhook endpoint again',
    answers: { 202: delivery },
    refusals: ['not_a_webhook_delivery', 'delivery_pending', 'webhook_endpoint_disabled', 'message_not_kept'],
    allow: ['admin'],
    params: oneDelivery,
    async handle({ principal, params, requestId }): Promise<Reply> {
      const acting = actingAs(principal, requestId);
      const redelivered = await redeliver(db, { ...principal, acting }, params.deliveryId);
      switch (redelivered.outcome) {
        case 'not_found':
          return { problem: 'not_found' };
        case 'refused':
          return redeliveryRefused(redelivered.refusal);
        case 'pending':
          wake();
          return { status: 202, body: deliveryBody(redelivered.delivery) };
      }
    },
  });
}

function redeliveryRefused(refusal: RedeliveryRefusal): Refusal {
  switch (refusal) {
    case 'not_a_webhook_delivery':
      return { problem: refusal, detail: 'Only deliveries to webhook endpoints can be sent again.' };
    case 'delivery_pending':
      return {
        problem: refusal,
        detail: 'It has not been delivered yet and is still being tried. See its attempts for the progress.',
      };
    case 'webhook_endpoint_deleted':
      return {
        problem: 'webhook_endpoint_disabled',
        detail: 'Its endpoint was deleted. Nothing can be sent to it any more.',
      };
    case 'webhook_endpoint_disabled':
      return {
        problem: refusal,
        detail: 'Its endpoint is disabled. Enable the endpoint first, then try again.',
      };
    case 'message_not_kept':
      return {
        problem: refusal,
        detail: 'A message can be sent again for 30 days after it was received, and that time has passed.',
      };
  }
}

function deliveryBody(row: StoredDelivery): DeliveryBody {
  return {
    id: row.delivery_id,
    messageId: row.message_id,
    type: row.type,
    eventId: row.event_id,
    enrollmentId: row.enrollment_id,
    channel: row.channel,
    template: row.template,
    endpointId: row.endpoint_id,
    status: row.status,
    attempts: row.attempts,
    lastError: row.last_error,
    lastStatusCode: row.last_status_code,
    nextAttemptAt: row.status === 'pending' ? row.next_attempt_at.toISOString() : null,
    createdAt: row.created_at.toISOString(),
    sentAt: row.sent_at?.toISOString() ?? null,
  };
}

function attemptBody(row: StoredAttempt): DeliveryAttemptBody {
  return {
    attempt: row.attempt,
    startedAt: row.started_at.toISOString(),
    durationMs: row.duration_ms,
    statusCode: row.status_code,
    error: row.error,
    requestedBy: row.requested_by,
  };
}
