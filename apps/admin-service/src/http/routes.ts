import { organizationWide } from '@turnout/access/organization-wide';
import type { Principal } from '@turnout/access/principal';
import type { Route } from '@turnout/runtime/http/route';
import type { AdminContext } from '../context.ts';
import { enrollRoute, listEnrollmentsRoute, readEnrollmentRoute } from './enrollments.ts';
import {
  cancelEventRoute,
  changeEventRoute,
  createEventRoute,
  listEventsRoute,
  readEventRoute,
} from './events.ts';
import { putOrderRoute, readOrderRoute } from './orders.ts';
import { cancelEnrollmentRoute, overrideRoute } from './overrides.ts';
import { eraseParticipantRoute, exportParticipantRoute } from './personal-data.ts';
import { createProductRoute, listProductsRoute, readProductRoute } from './products.ts';
import { createTokenRoute, listTokensRoute, revokeTokenRoute } from './tokens.ts';
import { listTransitionsRoute } from './transitions.ts';

/** Every route of the service. */
export function routes(context: AdminContext): Route<Principal>[] {
  return [
    organizationWide(createEventRoute(context)), // POST /v1/events
    listEventsRoute(context), //                     GET /v1/events
    readEventRoute(context), //                      GET /v1/events/:eventId
    changeEventRoute(context), //                  PATCH /v1/events/:eventId
    cancelEventRoute(context), //                   POST /v1/events/:eventId/cancellation
    enrollRoute(context), //                        POST /v1/events/:eventId/enrollments
    listEnrollmentsRoute(context), //                GET /v1/events/:eventId/enrollments
    readEnrollmentRoute(context), //                 GET /v1/events/:eventId/enrollments/:enrollmentId
    overrideRoute(context), //                      POST /v1/events/:eventId/enrollments/:enrollmentId/overrides
    cancelEnrollmentRoute(context), //              POST /v1/events/:eventId/enrollments/:enrollmentId/cancellation
    putOrderRoute(context), //                       PUT /v1/events/:eventId/enrollments/:enrollmentId/order
    readOrderRoute(context), //                      GET /v1/events/:eventId/enrollments/:enrollmentId/order
    createProductRoute(context), //                 POST /v1/events/:eventId/products
    listProductsRoute(context), //                   GET /v1/events/:eventId/products
    readProductRoute(context), //                    GET /v1/events/:eventId/products/:productId
    listTransitionsRoute(context), //                GET /v1/events/:eventId/transitions
    organizationWide(exportParticipantRoute(context)), // GET /v1/participants/:participantId/export
    organizationWide(eraseParticipantRoute(context)), // POST /v1/participants/:participantId/erasure
    organizationWide(createTokenRoute(context)), // POST /v1/tokens
    listTokensRoute(context), //                     GET /v1/tokens
    revokeTokenRoute(context), //                 DELETE /v1/tokens/:tokenId
  ];
}
