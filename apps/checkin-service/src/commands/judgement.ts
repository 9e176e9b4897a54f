import type { Fact } from '@turnout/attendance-store/fact';
import type { ScanKind, StoredEnrollment, StoredEvent } from '@turnout/attendance-store/stored';
import type { ScanRefusal } from '../answers/refusals.ts';
import { refusedAnswer, type ScanAnswer } from '../answers/scan-answers.ts';
import type { SubmittedScan } from './submitted-scan.ts';

/** A scan before the rules, with what was looked up for it. */
export interface Visit<Kind extends ScanKind = ScanKind> {
  event: StoredEvent;
  /** The database's clock. */
  now: Date;
  /** The ticket's holder as the scans before this one have left them. */
  enrollment: StoredEnrollment;
  submitted: Extract<SubmittedScan, { kind: Kind }>;
}

/** What a scan is answered and, if it was accepted, what has happened. */
export interface Judgement {
  answer: ScanAnswer;
  /** The problem code of a refused scan. */
  refusal: string | null;
  accepted: { enrollment: StoredEnrollment; fact: Fact } | null;
}

/** The judgement that says no. */
export function refuse(
  refusal: ScanRefusal,
  { event, now, submitted }: Pick<Visit, 'event' | 'now' | 'submitted'>,
): Judgement {
  const { principal, context } = submitted;
  const asked = {
    kind: submitted.kind,
    requestId: context.cause,
    scannedAt: scannedAt(submitted, now),
    deviceId: principal.tokenId,
  };
  return { answer: refusedAnswer(refusal, event, asked), refusal: refusal.code, accepted: null };
}

/** When the scan was made: only check-ins may have been made earlier than they are sent. */
export function scannedAt(submitted: SubmittedScan, now: Date): Date {
  return submitted.kind === 'check_in' ? (submitted.scan.scannedAt ?? now) : now;
}
