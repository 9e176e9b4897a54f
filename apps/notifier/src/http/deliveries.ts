import { readers } from '@turnout/access/authorize';
import type { Principal } from '@turnout/access/principal';
import { type DeliveryBody, deliveriesQuery } from '@turnout/contracts/http/deliveries';
import { page, readCursor, writeCursor } from '@turnout/contracts/http/pagination';
import type { Role } from '@turnout/contracts/http/tokens';
import { validationFailed } from '@turnout/runtime/http/problems';
import type { Reply } from '@turnout/runtime/http/reply';
import { routeFor } from '@turnout/runtime/http/route';
import type { Queryable } from '@turnout/runtime/postgres';
import { z } from 'zod';
import { listDeliveries, type StoredDelivery } from '../store/list-deliveries.ts';

const route = routeFor<Principal, Role>();

const list = 'deliveries';
const sortKey = z.tuple([z.uuid()]);

/** What was or will be sent, newest first; a token for some events sees those of its events. */
export function listDeliveriesRoute({ db }: { db: Queryable }) {
  return route({
    method: 'get',
    path: '/v1/deliveries',
    allow: readers,
    query: z.object({ ...page, ...deliveriesQuery }),
    async handle({ principal, query }): Promise<Reply> {
      const { organizationId, eventIds } = principal;
      const after =
        query.cursor === undefined ? null : readCursor(query.cursor, list, organizationId, sortKey);
      if (query.cursor !== undefined && !after) {
        return validationFailed([{ path: 'cursor', message: 'must be a nextCursor of this list' }]);
      }
      const found = await listDeliveries(db, {
        organizationId,
        eventIds,
        enrollmentId: query.enrollmentId ?? null,
        status: query.status ?? null,
        before: after?.[0] ?? null,
        limit: query.limit + 1,
      });
      const items = found.slice(0, query.limit);
      const last = found.length > items.length ? items.at(-1) : undefined;
      return {
        status: 200,
        body: {
          items: items.map(toBody),
          nextCursor: last ? writeCursor(list, organizationId, [last.delivery_id]) : null,
        },
      };
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
