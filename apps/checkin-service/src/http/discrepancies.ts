import { answerKeyedPage } from '@turnout/access/answer-page';
import { discrepancyOf } from '@turnout/attendance/discrepancy';
import { type Discrepancy, listDiscrepancies } from '@turnout/attendance-store/door/list-discrepancies';
import { findEvent } from '@turnout/attendance-store/find-event';
import type { StoredEvent } from '@turnout/attendance-store/stored';
import { type PreviousCheckInBody, previousCheckIn } from '@turnout/contracts/http/check-ins';
import { listOf, page } from '@turnout/contracts/http/pagination';
import type { DiscrepancyBody } from '@turnout/contracts/http/scans';
import { discrepancy as discrepancyShape } from '@turnout/contracts/http/scans';
import type { Reply } from '@turnout/runtime/http/reply';
import { z } from 'zod';
import type { CheckinContext } from '../context.ts';
import { explainDiscrepancy } from './explain-discrepancy.ts';
import { keptScanKey } from './kept-scan-key.ts';
import { oneEvent, overseers, route } from './route.ts';

/** Where a device that could not ask decided differently from the server. */
export function listDiscrepanciesRoute({ db }: CheckinContext) {
  return route({
    method: 'get',
    path: '/v1/events/:eventId/discrepancies',
    summary: 'Lists the scans that a device and the server decided differently',
    answers: { 200: listOf(discrepancyShape) },
    allow: overseers,
    params: oneEvent,
    query: z.object(page),
    async handle({ principal, params, query }): Promise<Reply> {
      const event = await findEvent(db, principal.organizationId, params.eventId);
      if (!event) return { problem: 'not_found' };
      return await answerKeyedPage({
        list: `discrepancies of ${event.id}`,
        principal,
        query,
        load: (after, limit) => listDiscrepancies(db, { eventId: event.id, after, limit }),
        keyOf: ({ row }) => row,
        key: keptScanKey,
        toBody: (discrepancy) => discrepancyBody(discrepancy, event),
      });
    },
  });
}

function discrepancyBody(discrepancy: Discrepancy, event: StoredEvent): DiscrepancyBody {
  const { scanId, deviceDecision, refusal, answer, enrollment } = discrepancy;
  const kind = discrepancyOf(deviceDecision, refusal);
  if (!kind) throw new Error(`scan ${scanId} was listed as a discrepancy and is none`);
  const previous = kind === 'same_ticket_twice' ? previousIn(answer) : null;
  return {
    scanId,
    kind,
    deviceDecision,
    refusal,
    explanation: explainDiscrepancy(kind, { ...discrepancy, previous }, event),
    accessCode: discrepancy.accessCode,
    enrollment,
    station: discrepancy.station,
    deviceId: discrepancy.deviceId,
    deviceLabel: discrepancy.deviceLabel,
    scannedAt: discrepancy.scannedAt.toISOString(),
    recordedAt: discrepancy.recordedAt.toISOString(),
    previous,
  };
}

/** The other door, as the stored answer tells it. */
function previousIn(answer: { previous?: unknown }): PreviousCheckInBody | null {
  return previousCheckIn.safeParse(answer.previous).data ?? null;
}
