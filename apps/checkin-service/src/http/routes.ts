import type { CheckinContext } from '../context.ts';
import { findAttendeeRoute, searchAttendeesRoute } from './attendees.ts';
import { annulRoute, checkInBatchRoute, checkInRoute } from './check-ins.ts';
import { liveRoute } from './live.ts';
import { rosterRoute } from './roster.ts';
import { statsRoute } from './stats.ts';

/** Every route of the service. */
export function routes(context: CheckinContext) {
  return [
    checkInRoute(context), //        POST /v1/events/:eventId/check-ins
    checkInBatchRoute(context), //   POST /v1/events/:eventId/check-ins/batch
    annulRoute(context), //          POST /v1/events/:eventId/check-ins/:checkInId/annulment
    searchAttendeesRoute(context), // GET /v1/events/:eventId/attendees
    findAttendeeRoute(context), //    GET /v1/events/:eventId/attendees/:accessCode
    statsRoute(context), //           GET /v1/events/:eventId/stats
    rosterRoute(context), //          GET /v1/events/:eventId/roster
    liveRoute(context), //            GET /v1/events/:eventId/live
  ];
}
