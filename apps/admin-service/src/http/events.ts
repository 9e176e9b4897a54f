import { answerPage } from '@turnout/access/answer-page';
import { findEvent } from '@turnout/attendance-store/find-event';
import { listEvents } from '@turnout/attendance-store/reading/list-events';
import {
  cancellationRequest,
  changeEventRequest,
  createEventRequest,
  eventBody as event,
} from '@turnout/contracts/http/events';
import { listOf, page } from '@turnout/contracts/http/pagination';
import { id } from '@turnout/contracts/primitives';
import type { Reply } from '@turnout/runtime/http/reply';
import { z } from 'zod';
import { cancelEvent } from '../commands/cancel-event.ts';
import { changeEvent } from '../commands/change-event.ts';
import { createEvent } from '../commands/create-event.ts';
import type { AdminContext } from '../context.ts';
import { eventBody } from './event-body.ts';
import { eventRefused } from './refusals.ts';
import { readers, route, writers } from './route.ts';

const oneEvent = z.object({ eventId: id });

export function createEventRoute({ models }: AdminContext) {
  return route({
    method: 'post',
    path: '/v1/events',
    summary: 'Creates an event',
    answers: { 201: event },
    refusals: ['event_too_long', 'requirement_exceeds_event_days'],
    allow: writers,
    body: createEventRequest,
    async handle({ principal, body }): Promise<Reply> {
      const created = await createEvent(models, principal, body);
      if (created.outcome === 'refused') return eventRefused(created.refusal);
      const { event } = created;
      return { status: 201, headers: { Location: `/v1/events/${event.id}` }, body: eventBody(event) };
    },
  });
}

export function listEventsRoute({ models }: AdminContext) {
  return route({
    method: 'get',
    path: '/v1/events',
    summary: 'Lists the events',
    answers: { 200: listOf(event) },
    allow: readers,
    query: z.object(page),
    async handle({ principal, query }): Promise<Reply> {
      const { organizationId, eventIds } = principal;
      return await answerPage({
        list: 'events',
        principal,
        query,
        load: (after, limit) => listEvents(models, { organizationId, eventIds, after, limit }),
        idOf: (event) => event.id,
        toBody: eventBody,
      });
    },
  });
}

export function readEventRoute({ db }: AdminContext) {
  return route({
    method: 'get',
    path: '/v1/events/:eventId',
    summary: 'Reads one event',
    answers: { 200: event },
    allow: readers,
    params: oneEvent,
    async handle({ principal, params }): Promise<Reply> {
      const event = await findEvent(db, principal.organizationId, params.eventId);
      return event ? { status: 200, body: eventBody(event) } : { problem: 'not_found' };
    },
  });
}

export function changeEventRoute({ models }: AdminContext) {
  return route({
    method: 'patch',
    path: '/v1/events/:eventId',
    summary: 'Changes an event',
    answers: { 200: event },
    refusals: [
      'event_too_long',
      'requirement_exceeds_event_days',
      'event_cancelled',
      'event_closed',
      'closure_in_progress',
      'event_has_check_ins',
    ],
    allow: writers,
    params: oneEvent,
    body: changeEventRequest,
    async handle({ principal, params, body }): Promise<Reply> {
      const changed = await changeEvent(models, principal, params.eventId, body);
      if (!changed) return { problem: 'not_found' };
      if (changed.outcome === 'refused') return eventRefused(changed.refusal);
      return { status: 200, body: eventBody(changed.event) };
    },
  });
}

export function cancelEventRoute({ models }: AdminContext) {
  return route({
    method: 'post',
    path: '/v1/events/:eventId/cancellation',
    summary: 'Cancels an event',
    answers: { 200: event },
    refusals: ['event_cancelled', 'event_closed', 'closure_in_progress'],
    allow: writers,
    params: oneEvent,
    body: cancellationRequest,
    async handle({ principal, params, body }): Promise<Reply> {
      const cancelled = await cancelEvent(models, principal, params.eventId, body.reason);
      if (!cancelled) return { problem: 'not_found' };
      if (cancelled.outcome === 'refused') return eventRefused(cancelled.refusal);
      return { status: 200, body: eventBody(cancelled.event) };
    },
  });
}
