import { answerPage } from '@turnout/access/answer-page';
import { readers } from '@turnout/access/authorize';
import { findEvent } from '@turnout/attendance-store/find-event';
import { listEnrollments } from '@turnout/attendance-store/reading/list-enrollments';
import { readEnrollmentStory } from '@turnout/attendance-store/reading/read-enrollment-story';
import { status } from '@turnout/contracts/http/check-ins';
import {
  enrollmentBody as enrollment,
  enrollmentStory,
  enrollRequest,
} from '@turnout/contracts/http/enrollments';
import { listOf, page } from '@turnout/contracts/http/pagination';
import { line } from '@turnout/contracts/primitives';
import type { Reply } from '@turnout/runtime/http/reply';
import { z } from 'zod';
import { enroll } from '../commands/enroll.ts';
import type { AdminContext } from '../context.ts';
import { enrollmentBody, storyBody } from './enrollment-body.ts';
import { enrollRefused } from './refusals.ts';
import { oneEnrollment, oneEvent, route, writers } from './route.ts';

export function enrollRoute({ db }: AdminContext) {
  return route({
    method: 'post',
    path: '/v1/events/:eventId/enrollments',
    summary: 'Enrolls a participant',
    answers: { 201: enrollment },
    refusals: [
      'event_cancelled',
      'already_enrolled',
      'access_code_taken',
      'participant_ambiguous',
      'participant_outside_scope',
    ],
    allow: writers,
    params: oneEvent,
    body: enrollRequest,
    async handle({ principal, params, body, requestId }): Promise<Reply> {
      const { eventId } = params;
      const enrolled = await enroll(db, { principal, eventId, request: body, requestId });
      if (!enrolled) return { problem: 'not_found' };
      if (enrolled.outcome === 'refused') return enrollRefused(enrolled.refusal);
      const { enrollment } = enrolled;
      return {
        status: 201,
        headers: { Location: `/v1/events/${eventId}/enrollments/${enrollment.id}` },
        body: enrollmentBody(enrollment),
      };
    },
  });
}

export function listEnrollmentsRoute({ db, models }: AdminContext) {
  return route({
    method: 'get',
    path: '/v1/events/:eventId/enrollments',
    summary: 'Lists the enrollments of an event',
    answers: { 200: listOf(enrollment) },
    allow: readers,
    params: oneEvent,
    query: z.object({
      ...page,
      status: status.optional(),
      ticketType: line(100).optional(),
      search: line(200).optional(),
    }),
    async handle({ principal, params, query }): Promise<Reply> {
      const { organizationId } = principal;
      const event = await findEvent(db, organizationId, params.eventId);
      if (!event) return { problem: 'not_found' };
      const filters = {
        status: query.status ?? null,
        ticketType: query.ticketType === undefined ? null : { is: query.ticketType },
        search: query.search?.trim() ?? null,
      };
      return await answerPage({
        list: `enrollments of ${event.id}`,
        filters,
        principal,
        query,
        load: (after, limit) =>
          listEnrollments(models, { organizationId, eventId: event.id, ...filters, after, limit }),
        idOf: (enrollment) => enrollment.id,
        toBody: enrollmentBody,
      });
    },
  });
}

export function readEnrollmentRoute({ models }: AdminContext) {
  return route({
    method: 'get',
    path: '/v1/events/:eventId/enrollments/:enrollmentId',
    summary: 'Reads one enrollment with everything that happened to it',
    answers: { 200: enrollmentStory },
    allow: readers,
    params: oneEnrollment,
    async handle({ principal, params }): Promise<Reply> {
      const key = { organizationId: principal.organizationId, ...params };
      const story = await readEnrollmentStory(models, key);
      return story ? { status: 200, body: storyBody(story) } : { problem: 'not_found' };
    },
  });
}
