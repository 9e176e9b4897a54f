import type { CheckinContext } from '../context.ts';
import { annulManyRoute } from './annulments.ts';
import { findAttendeeRoute, searchAttendeesRoute } from './attendees.ts';
import { annulRoute, checkInBatchRoute, checkInRoute } from './check-ins.ts';
import { statsRoute } from './stats.ts';

/** Every route of the service. */
export function routes(context: CheckinContext) {
  return [
    checkInRoute(context), //        POST /v1/events/:eventId/check-ins
    checkInBatchRoute(context), //   POST /v1/events/:eventId/check-ins/batch
    annulRoute(context), //          POST /v1/events/:eventId/check-ins/:checkInId/annulment
    annulManyRoute(context), //      POST /v1/events/:eventId/annulments
    searchAttendeesRoute(context), // GET /v1/events/:eventId/attendees
    findAttendeeRoute(context), //    GET /v1/events/:eventId/attendees/:accessCode
    statsRoute(context), //           GET /v1/events/:eventId/stats
  ];
}
