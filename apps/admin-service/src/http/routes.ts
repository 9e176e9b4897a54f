import { organizationWide } from '@turnout/access/organization-wide';
import type { Principal } from '@turnout/access/principal';
import type { Route } from '@turnout/runtime/http/route';
import type { AdminContext } from '../context.ts';
import { exportAuditRoute, listAuditRoute, readAuditHeadRoute } from './audit.ts';
import { badgeRoute, changeEnrollmentRoute, reissueRoute } from './badges.ts';
import { overrideManyRoute } from './bulk-overrides.ts';
import { enrollRoute, listEnrollmentsRoute, readEnrollmentRoute } from './enrollments.ts';
import { attendanceReportRoute, checkInCountsRoute, checkInReportRoute } from './event-reports.ts';
import {
  cancelEventRoute,
  changeEventRoute,
  copyEventRoute,
  createEventRoute,
  listEventsRoute,
  readEventRoute,
} from './events.ts';
import { eventsReportRoute } from './events-report.ts';
import {
  readIdentityProviderRoute,
  removeIdentityProviderRoute,
  setIdentityProviderRoute,
} from './identity-provider.ts';
import { importRoute } from './import.ts';
import { putOrderRoute, readOrderRoute } from './orders.ts';
import { cancelEnrollmentRoute, overrideRoute } from './overrides.ts';
import { historyRoute, listParticipantsRoute, readParticipantRoute } from './participants.ts';
import { eraseParticipantRoute, exportParticipantRoute } from './personal-data.ts';
import { createProductRoute, listProductsRoute, readProductRoute } from './products.ts';
import { putSettingsRoute, readSettingsRoute } from './settings.ts';
import {
  createTokenRoute,
  listTokensRoute,
  revokeTokenRoute,
  rotateOwnTokenRoute,
  rotateTokenRoute,
} from './tokens.ts';
import { listTransitionsRoute } from './transitions.ts';
import { readWhyRoute } from './why.ts';

/** Every route of the service. */
export function routes(context: AdminContext): Route<Principal>[] {
  return [
    organizationWide(createEventRoute(context)), // POST /v1/events
    listEventsRoute(context), //                     GET /v1/events
    readEventRoute(context), //                      GET /v1/events/:eventId
    changeEventRoute(context), //                  PATCH /v1/events/:eventId
    cancelEventRoute(context), //                   POST /v1/events/:eventId/cancellation
    organizationWide(copyEventRoute(context)), //   POST /v1/events/:eventId/copies
    enrollRoute(context), //                        POST /v1/events/:eventId/enrollments
    importRoute(context), //                        POST /v1/events/:eventId/enrollments/import
    listEnrollmentsRoute(context), //                GET /v1/events/:eventId/enrollments
    readEnrollmentRoute(context), //                 GET /v1/events/:eventId/enrollments/:enrollmentId
    changeEnrollmentRoute(context), //             PATCH /v1/events/:eventId/enrollments/:enrollmentId
    reissueRoute(context), //                       POST /v1/events/:eventId/enrollments/:enrollmentId/access-code
    badgeRoute(context), //                          GET /v1/events/:eventId/enrollments/:enrollmentId/badge
    overrideManyRoute(context), //                  POST /v1/events/:eventId/overrides
    overrideRoute(context), //                      POST /v1/events/:eventId/enrollments/:enrollmentId/overrides
    cancelEnrollmentRoute(context), //              POST /v1/events/:eventId/enrollments/:enrollmentId/cancellation
    putOrderRoute(context), //                       PUT /v1/events/:eventId/enrollments/:enrollmentId/order
    readOrderRoute(context), //                      GET /v1/events/:eventId/enrollments/:enrollmentId/order
    createProductRoute(context), //                 POST /v1/events/:eventId/products
    listProductsRoute(context), //                   GET /v1/events/:eventId/products
    readProductRoute(context), //                    GET /v1/events/:eventId/products/:productId
    listTransitionsRoute(context), //                GET /v1/events/:eventId/transitions
    organizationWide(readSettingsRoute(context)), // GET /v1/settings
    organizationWide(putSettingsRoute(context)), //  PUT /v1/settings
    attendanceReportRoute(context), //               GET /v1/events/:eventId/report
    checkInReportRoute(context), //                  GET /v1/events/:eventId/check-ins/report
    checkInCountsRoute(context), //                  GET /v1/events/:eventId/check-ins/counts
    eventsReportRoute(context), //                   GET /v1/reports/attendance
    listParticipantsRoute(context), //               GET /v1/participants
    readParticipantRoute(context), //                GET /v1/participants/:participantId
    historyRoute(context), //                        GET /v1/participants/:participantId/history
    readWhyRoute(context), //                        GET /v1/enrollments/:enrollmentId/why
    listAuditRoute(context), //                      GET /v1/audit
    exportAuditRoute(context), //                    GET /v1/audit/export
    organizationWide(readAuditHeadRoute(context)), // GET /v1/audit/head
    organizationWide(exportParticipantRoute(context)), // GET /v1/participants/:participantId/export
    organizationWide(eraseParticipantRoute(context)), // POST /v1/participants/:participantId/erasure
    organizationWide(createTokenRoute(context)), // POST /v1/tokens
    listTokensRoute(context), //                     GET /v1/tokens
    revokeTokenRoute(context), //                 DELETE /v1/tokens/:tokenId
    rotateTokenRoute(context), //                   POST /v1/tokens/:tokenId/rotation
    rotateOwnTokenRoute(context), //                POST /v1/tokens/self/rotation
    organizationWide(readIdentityProviderRoute(context)), //   GET /v1/identity-provider
    organizationWide(setIdentityProviderRoute(context)), //    PUT /v1/identity-provider
    organizationWide(removeIdentityProviderRoute(context)), // DELETE /v1/identity-provider
  ];
}
