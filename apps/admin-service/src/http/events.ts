import { answerPage } from '@turnout/access/answer-page';
import { readers } from '@turnout/access/authorize';
import { findClosureState } from '@turnout/attendance-store/closing/find-closure-states';
import type { ChangedEvent } from '@turnout/attendance-store/events/change-event';
import { findEvent } from '@turnout/attendance-store/find-event';
import { listEvents } from '@turnout/attendance-store/reading/list-events';
import type { StoredEvent } from '@turnout/attendance-store/stored';
import {
  cancellationRequest,
  changeEventRequest,
  copyEventRequest,
  createEventRequest,
  eventBody,
  eventState,
  listedEvent,
} from '@turnout/contracts/http/events';
import { listOf, page } from '@turnout/contracts/http/pagination';
import { line } from '@turnout/contracts/primitives';
import type { Reply } from '@turnout/runtime/http/reply';
import { z } from 'zod';
import { cancelEvent } from '../commands/cancel-event.ts';
import { changeEvent } from '../commands/change-event.ts';
import { copyEvent } from '../commands/copy-event.ts';
import { type CreatedEvent, createEvent } from '../commands/create-event.ts';
import type { AdminContext } from '../context.ts';
import type { EventCancellationRefusal } from '../rules/decide-event-cancellation.ts';
import type { EventChangeRefusal } from '../rules/decide-event-change.ts';
import { listedEventBody, toEventBody } from './event-body.ts';
import { eventRefused } from './refusals.ts';
import { oneEvent, route, writers } from './route.ts';

export function createEventRoute({ db }: AdminContext) {
  return route({
    method: 'post',
    path: '/v1/events',
    summary: 'Creates an event',
    allow: writers,
    body: createEventRequest,
    answers: { 201: eventBody },
    refusals: ['requirement_exceeds_event_days', 'event_too_long'],
    async handle({ principal, body, requestId }): Promise<Reply> {
      return await answerCreated(db, await createEvent(db, { principal, requestId, request: body }));
    },
  });
}

export function copyEventRoute({ db }: AdminContext) {
  return route({
    method: 'post',
    path: '/v1/events/:eventId/copies',
    summary: 'Copies an event to another date, with its products and without its people',
    allow: writers,
    params: oneEvent,
    body: copyEventRequest,
    answers: { 201: eventBody },
    refusals: ['requirement_exceeds_event_days', 'event_too_long'],
    async handle({ principal, params, body, requestId }): Promise<Reply> {
      const copied = await copyEvent(db, { principal, requestId, ...params, request: body });
      return copied ? await answerCreated(db, copied) : { problem: 'not_found' };
    },
  });
}

export function listEventsRoute({ models }: AdminContext) {
  return route({
    method: 'get',
    path: '/v1/events',
    summary: 'Lists events, newest first',
    allow: readers,
    query: z.object({ ...page, state: eventState.optional(), search: line(200).optional() }),
    answers: { 200: listOf(listedEvent) },
    async handle({ principal, query }): Promise<Reply> {
      const { organizationId, eventIds } = principal;
      const { state = null, search = null } = query;
      return await answerPage({
        list: 'events',
        filters: { state, search },
        principal,
        query,
        load: (after, limit) => listEvents(models, { organizationId, eventIds, state, search, after, limit }),
        idOf: (event) => event.id,
        toBody: listedEventBody,
      });
    },
  });
}

export function readEventRoute({ db }: AdminContext) {
  return route({
    method: 'get',
    path: '/v1/events/:eventId',
    summary: 'Reads one event with its days and the state of its closure',
    allow: readers,
    params: oneEvent,
    answers: { 200: eventBody },
    async handle({ principal, params }): Promise<Reply> {
      const event = await findEvent(db, principal.organizationId, params.eventId);
      return event ? { status: 200, body: await withClosure(db, event) } : { problem: 'not_found' };
    },
  });
}

export function changeEventRoute({ db }: AdminContext) {
  return route({
    method: 'patch',
    path: '/v1/events/:eventId',
    summary:
      'Changes fields of an event; changing a closed event needs a reason, and judges its people again',
    allow: writers,
    params: oneEvent,
    body: changeEventRequest,
    answers: { 200: eventBody },
    refusals: [
      'event_cancelled',
      'event_closed',
      'closure_in_progress',
      'event_has_check_ins',
      'requirement_exceeds_event_days',
      'event_too_long',
    ],
    async handle({ principal, params, body, requestId }): Promise<Reply> {
      return await answerChanged(
        db,
        await changeEvent(db, { principal, requestId, ...params, request: body }),
      );
    },
  });
}

export function cancelEventRoute({ db }: AdminContext) {
  return route({
    method: 'post',
    path: '/v1/events/:eventId/cancellation',
    summary: 'Cancels an event for good',
    allow: writers,
    params: oneEvent,
    body: cancellationRequest,
    answers: { 200: eventBody },
    refusals: ['event_cancelled', 'event_closed', 'closure_in_progress'],
    async handle({ principal, params, body, requestId }): Promise<Reply> {
      return await answerChanged(
        db,
        await cancelEvent(db, { principal, requestId, ...params, reason: body.reason }),
      );
    },
  });
}

async function answerCreated(db: AdminContext['db'], created: CreatedEvent): Promise<Reply> {
  if (created.outcome === 'refused') return eventRefused(created.refusal);
  const { event } = created;
  return {
    status: 201,
    headers: { Location: `/v1/events/${event.id}` },
    body: await withClosure(db, event),
  };
}

async function answerChanged(
  db: AdminContext['db'],
  changed: ChangedEvent<EventChangeRefusal | EventCancellationRefusal> | null,
): Promise<Reply> {
  if (!changed) return { problem: 'not_found' };
  if (changed.outcome === 'refused') return eventRefused(changed.refusal);
  return { status: 200, body: await withClosure(db, changed.event) };
}

async function withClosure(db: AdminContext['db'], event: StoredEvent) {
  const closure = await findClosureState(db, event.organizationId, event.id);
  if (!closure) throw new Error(`event ${event.id} disappeared while it was answered`);
  return toEventBody(event, closure);
}
