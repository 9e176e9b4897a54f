import { answerKeyedPage } from '@turnout/access/answer-page';
import { listRefusedScans, type RefusedScan } from '@turnout/attendance-store/door/list-refused-scans';
import { findEvent } from '@turnout/attendance-store/find-event';
import { listOf, page } from '@turnout/contracts/http/pagination';
import { type RefusedScanBody, refusedScan, scansQuery } from '@turnout/contracts/http/scans';
import type { Reply } from '@turnout/runtime/http/reply';
import { z } from 'zod';
import type { CheckinContext } from '../context.ts';
import { keptScanKey } from './kept-scan-key.ts';
import { oneEvent, overseers, route } from './route.ts';

export function listScansRoute({ db }: CheckinContext) {
  return route({
    method: 'get',
    path: '/v1/events/:eventId/scans',
    summary: 'Lists the scans that were refused',
    answers: { 200: listOf(refusedScan) },
    allow: overseers,
    params: oneEvent,
    query: z.object({ ...page, ...scansQuery }),
    async handle({ principal, params, query }): Promise<Reply> {
      const event = await findEvent(db, principal.organizationId, params.eventId);
      if (!event) return { problem: 'not_found' };
      const { refusal = null, deviceId = null, station = null } = query;
      const filters = { refusal, deviceId, station };
      return await answerKeyedPage({
        list: `refused scans of ${event.id}`,
        filters,
        principal,
        query,
        load: (after, limit) => listRefusedScans(db, { eventId: event.id, ...filters, after, limit }),
        keyOf: ({ row }) => row,
        key: keptScanKey,
        toBody: refusedScanBody,
      });
    },
  });
}

function refusedScanBody(scan: RefusedScan): RefusedScanBody {
  return {
    scanId: scan.scanId,
    kind: scan.kind,
    refusal: scan.refusal,
    accessCode: scan.accessCode,
    namedEnrollmentId: scan.namedEnrollmentId,
    enrollmentId: scan.enrollmentId,
    displayName: scan.displayName,
    lineItemId: scan.lineItemId,
    productId: scan.productId,
    station: scan.station,
    direction: scan.direction,
    deviceId: scan.deviceId,
    deviceLabel: scan.deviceLabel,
    scannedAt: scan.scannedAt.toISOString(),
    recordedAt: scan.recordedAt.toISOString(),
    requestId: scan.cause,
  };
}
