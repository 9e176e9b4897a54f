import { answerPage } from '@turnout/access/answer-page';
import { readers } from '@turnout/access/authorize';
import { type DeliveryBody, deliveriesQuery } from '@turnout/contracts/http/deliveries';
import { page } from '@turnout/contracts/http/pagination';
import type { Reply } from '@turnout/runtime/http/reply';
import type { Queryable } from '@turnout/runtime/postgres';
import { z } from 'zod';
import { listDeliveries, type StoredDelivery } from '../store/list-deliveries.ts';
import { route } from './route.ts';

/** What was or will be sent, newest first; a token for some events sees those of its events. */
export function listDeliveriesRoute({ db }: { db: Queryable }) {
  return route({
    method: 'get',
    path: '/v1/deliveries',
    allow: readers,
    query: z.object({ ...page, ...deliveriesQuery }),
    async handle({ principal, query }): Promise<Reply> {
      const { organizationId, eventIds } = principal;
      const { enrollmentId = null, status = null } = query;
      return await answerPage({
        list: 'deliveries',
        principal,
        query,
        load: (before, limit) =>
          listDeliveries(db, { organizationId, eventIds, enrollmentId, status, before, limit }),
        idOf: (delivery) => delivery.delivery_id,
        toBody,
      });
    },
  });
}

function toBody(row: StoredDelivery): DeliveryBody {
  return {
    id: row.delivery_id,
    messageId: row.message_id,
    eventId: row.event_id,
    enrollmentId: row.enrollment_id,
    channel: row.channel,
    template: row.template,
    status: row.status,
    attempts: row.attempts,
    lastError: row.last_error,
    nextAttemptAt: row.status === 'pending' ? row.next_attempt_at.toISOString() : null,
    createdAt: row.created_at.toISOString(),
    sentAt: row.sent_at?.toISOString() ?? null,
  };
}
