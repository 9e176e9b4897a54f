import type { CheckinContext } from '../context.ts';
import { annulManyRoute } from './annulments.ts';
import { findAttendeeRoute, searchAttendeesRoute } from './attendees.ts';
import { annulRoute, checkInBatchRoute, checkInRoute } from './check-ins.ts';
import { listDevicesRoute } from './devices.ts';
import { listDiscrepanciesRoute } from './discrepancies.ts';
import { liveRoute } from './live.ts';
import { attendeeProductsRoute, doorCheckRoute, redemptionRoute } from './products.ts';
import { rosterRoute } from './roster.ts';
import { listScansRoute } from './scans.ts';
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
    attendeeProductsRoute(context), // GET /v1/events/:eventId/attendees/:accessCode/products
    redemptionRoute(context), //     POST /v1/events/:eventId/redemptions
    doorCheckRoute(context), //      POST /v1/events/:eventId/door-checks
    statsRoute(context), //           GET /v1/events/:eventId/stats
    listScansRoute(context), //       GET /v1/events/:eventId/scans
    listDiscrepanciesRoute(context), // GET /v1/events/:eventId/discrepancies
    listDevicesRoute(context), //     GET /v1/events/:eventId/devices
    rosterRoute(context), //          GET /v1/events/:eventId/roster
    liveRoute(context), //            GET /v1/events/:eventId/live
  ];
}
