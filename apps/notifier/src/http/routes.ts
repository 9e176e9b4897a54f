import { organizationWide } from '@turnout/access/organization-wide';
import type { Principal } from '@turnout/access/principal';
import type { Route } from '@turnout/runtime/http/route';
import { readAlertAddressRoute, setAlertAddressRoute } from './alert-address.ts';
import type { NotifierContext } from './context.ts';
import {
  dropDeadLetterRoute,
  listDeadLettersRoute,
  readDeadLetterRoute,
  replayDeadLetterRoute,
} from './dead-letters.ts';
import { listAttemptsRoute, listDeliveriesRoute, redeliverRoute } from './deliveries.ts';
import { asyncApiRoute, eventSchemaRoute } from './event-documents.ts';
import {
  changeEndpointRoute,
  createEndpointRoute,
  deleteEndpointRoute,
  listEndpointsRoute,
  readEndpointRoute,
  rotateSecretRoute,
} from './webhook-endpoints.ts';

/**
 * Every route of the service. An endpoint hears of all events, the alert address of all failures: a token for some
 * events has nothing to do with either.
 */
export function routes(context: NotifierContext): Route<Principal>[] {
  return [
    listDeliveriesRoute(context), //                      GET /v1/deliveries
    listAttemptsRoute(context), //                        GET /v1/deliveries/:deliveryId/attempts
    redeliverRoute(context), //                          POST /v1/deliveries/:deliveryId/redelivery
    organizationWide(createEndpointRoute(context)), //   POST /v1/webhook-endpoints
    organizationWide(listEndpointsRoute(context)), //     GET /v1/webhook-endpoints
    organizationWide(readEndpointRoute(context)), //      GET /v1/webhook-endpoints/:endpointId
    organizationWide(changeEndpointRoute(context)), //  PATCH /v1/webhook-endpoints/:endpointId
    organizationWide(deleteEndpointRoute(context)), // DELETE /v1/webhook-endpoints/:endpointId
    organizationWide(rotateSecretRoute(context)), //     POST /v1/webhook-endpoints/:endpointId/secret-rotation
    listDeadLettersRoute(context), //                     GET /v1/dead-letters
    readDeadLetterRoute(context), //                      GET /v1/dead-letters/:letterId
    replayDeadLetterRoute(context), //                   POST /v1/dead-letters/:letterId/replay
    dropDeadLetterRoute(context), //                   DELETE /v1/dead-letters/:letterId
    organizationWide(readAlertAddressRoute(context)), //  GET /v1/alert-address
    organizationWide(setAlertAddressRoute(context)), //   PUT /v1/alert-address
    asyncApiRoute(), //                                   GET /asyncapi.json
    eventSchemaRoute(), //                                GET /schemas/events/:file
  ];
}
