import type { Principal } from '@turnout/access/principal';
import { reportWatermark } from '@turnout/attendance-store/devices/report-watermark';
import {
  annulled,
  annulmentRequest,
  type ScanRequest,
  scanAccepted,
  scanBatchAnswer,
  scanBatchRequest,
  scanRequest,
  toAnnulledCheckInBody,
} from '@turnout/contracts/http/check-ins';
import { id } from '@turnout/contracts/primitives';
import { problem } from '@turnout/contracts/problems';
import { validationFailed } from '@turnout/runtime/http/problems';
import type { Reply } from '@turnout/runtime/http/reply';
import { validate } from '@turnout/runtime/http/validate';
import { z } from 'zod';
import { enrollmentAtTheDoor } from '../answers/bodies.ts';
import { annulmentRefused } from '../answers/refusals.ts';
import type { ScanAnswer } from '../answers/scan-answers.ts';
import { annulCheckIn } from '../commands/annul-check-in.ts';
import type { SubmittedScan } from '../commands/submitted-scan.ts';
import type { CheckinContext } from '../context.ts';
import { replayHeader } from './replay-header.ts';
import { desk, oneEvent, route } from './route.ts';
import { broughtBy, replyToScan } from './scan-replies.ts';

const MEGABYTE = 1_000_000;

const supervisorNeeded = 'Only a supervisor may send admitUnpaid. Leave it out, or ask a supervisor to scan.';

export function checkInRoute({ record, relay }: CheckinContext) {
  return route({
    method: 'post',
    path: '/v1/events/:eventId/check-ins',
    summary: 'Checks one person in, or records their exit',
    answers: { 201: scanAccepted },
    refusals: [
      'unknown_code',
      'event_cancelled',
      'enrollment_cancelled',
      'order_unpaid',
      'scan_id_reused',
      'not_open_yet',
      'event_ended',
      'already_checked_in',
      'scanned_in_future',
    ],
    answerHeaders: replayHeader,
    allow: desk,
    urgent: true,
    params: oneEvent,
    body: scanRequest,
    async handle({ principal, params, body, requestId, signal }): Promise<Reply> {
      if (!mayAdmit(principal, body)) return { problem: 'forbidden', detail: supervisorNeeded };
      const scan = submitted(body, principal, requestId);
      const reply = await replyToScan({ record }, scan, { eventId: params.eventId, signal });
      relay.wake();
      return reply;
    },
  });
}

export function checkInBatchRoute({ db, record, relay }: CheckinContext) {
  return route({
    method: 'post',
    path: '/v1/events/:eventId/check-ins/batch',
    summary: 'Takes up to 1000 scans at once, such as those of a device that was offline',
    answers: { 200: scanBatchAnswer },
    allow: desk,
    urgent: true,
    params: oneEvent,
    body: scanBatchRequest,
    bodyLimit: 10 * MEGABYTE,
    checkBodyText: false,
    async handle({ principal, params, body, requestId, signal }): Promise<Reply> {
      const arrived = performance.now();
      const { organizationId, tokenId } = principal;
      const { eventId } = params;
      const read = body.scans.map((scan) => readScan(scan, principal, requestId));
      const scans = read.flatMap(({ scan }) => (scan ? submitted(scan, principal, requestId) : []));
      const answers = await record({ organizationId, eventId, scans, signal });
      if (!answers) return { problem: 'not_found' };
      relay.wake();
      const { pendingBefore } = body;
      if (pendingBefore !== undefined) {
        const ageMs = performance.now() - arrived;
        await reportWatermark(db, { eventId, deviceId: tokenId, pendingBefore, ageMs });
      }
      const judged = answers.values();
      const results = read.map(({ scanId, refused }) => {
        const answer = refused ?? judged.next().value;
        return { scanId, status: answer?.status, body: answer?.body };
      });
      return { status: 200, body: { results } };
    },
  });
}

export function annulRoute({ db, relay }: CheckinContext) {
  return route({
    method: 'post',
    path: '/v1/events/:eventId/check-ins/:checkInId/annulment',
    summary: 'Undoes one check-in',
    answers: { 200: annulled },
    refusals: ['already_annulled', 'annulment_window_over'],
    allow: desk,
    urgent: true,
    params: z.object({ eventId: id, checkInId: id }),
    body: annulmentRequest,
    async handle({ principal, params, body, requestId }): Promise<Reply> {
      const annulled = await annulCheckIn(db, { principal, ...params, reason: body.reason, requestId });
      if (!annulled) return { problem: 'not_found' };
      if (annulled.outcome === 'refused') return annulmentRefused(annulled.refusal, annulled.event);
      relay.wake();
      const { checkIn, enrollment, event } = annulled;
      return {
        status: 200,
        body: {
          checkIn: toAnnulledCheckInBody({ ...checkIn, annulmentReason: body.reason }),
          enrollment: enrollmentAtTheDoor(enrollment, event),
        },
      };
    },
  });
}

function submitted(scan: ScanRequest, principal: Principal, requestId: string): SubmittedScan {
  return { kind: 'check_in', scan, ...broughtBy(principal, requestId) };
}

/** One scan of a batch: either readable, or refused by itself with what the single call would have said. */
function readScan(
  sent: unknown,
  principal: Principal,
  requestId: string,
): { scanId: unknown; scan?: ScanRequest; refused?: ScanAnswer } {
  const scanId = typeof sent === 'object' && sent !== null && 'scanId' in sent ? sent.scanId : null;
  const { value: scan, errors } = validate(scanRequest, sent);
  if (errors) {
    const { problem: code, detail } = validationFailed(errors);
    return {
      scanId: typeof scanId === 'string' ? scanId : null,
      refused: problem(code, { requestId, errors, ...(detail === undefined ? {} : { detail }) }),
    };
  }
  if (!mayAdmit(principal, scan)) {
    return { scanId, refused: problem('forbidden', { requestId, detail: supervisorNeeded }) };
  }
  return { scanId, scan };
}

function mayAdmit(principal: Principal, scan: ScanRequest): boolean {
  return !scan.admitUnpaid || principal.role !== 'front_desk';
}
