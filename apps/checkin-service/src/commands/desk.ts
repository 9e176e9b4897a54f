import type { DoorCheck } from '@turnout/attendance/decide-door-check';
import type { DeviceDecision } from '@turnout/attendance/discrepancy';
import { turnAway } from '@turnout/attendance/enrollment';
import type { Change, Fact } from '@turnout/attendance-store/fact';
import type { Batch } from '@turnout/attendance-store/loading/load-batch';
import type { StoredAnswer } from '@turnout/attendance-store/loading/stored-answer';
import { erasedCode } from '@turnout/attendance-store/people/erased';
import type { AnsweredScan } from '@turnout/attendance-store/saving/answered-scan';
import type { DecidedScan } from '@turnout/attendance-store/saving/note-device-decisions';
import type { StoredEnrollment, StoredEvent } from '@turnout/attendance-store/stored';
import type { ScanAccepted } from '@turnout/contracts/http/check-ins';
import type { ScanAnswer } from '../answers/scan-answers.ts';
import { judgeCheckIn } from './judge-check-in.ts';
import { judgeDoorCheck } from './judge-door-check.ts';
import { judgeRedemption } from './judge-redemption.ts';
import { type Judgement, refuse, scannedAt } from './judgement.ts';
import type { SubmittedScan } from './submitted-scan.ts';

/** A batch of scans on its way through the rules: what each ticket has become so far, and what was answered. */
export class Desk {
  readonly answered: AnsweredScan[] = [];
  /** Scans that used the scanId of another ticket or request. */
  readonly reused: AnsweredScan[] = [];
  /** Scans seen before, whose device says only now what it did. */
  readonly decided: DecidedScan[] = [];
  readonly #event: StoredEvent;
  readonly #now: Date;
  readonly #earlier: Map<string, StoredAnswer>;
  readonly #products: Batch['doors']['products'];
  readonly #byCode = new Map<string, Visitor>();
  readonly #byId = new Map<string, Visitor>();

  constructor(event: StoredEvent, batch: Batch) {
    this.#event = event;
    this.#now = batch.now;
    this.#earlier = new Map(batch.answers);
    this.#products = batch.doors.products;
    for (const enrollment of batch.enrollments) {
      const doorChecks = [...(batch.doors.latestChecks.get(enrollment.id) ?? [])];
      const visitor: Visitor = { before: enrollment, enrollment, doorChecks, facts: [] };
      this.#byCode.set(enrollment.accessCode, visitor);
      this.#byId.set(enrollment.id, visitor);
    }
  }

  judge(submitted: SubmittedScan): ScanAnswer {
    const visitor = this.#visitorOf(submitted);
    const earlier = this.#earlier.get(submitted.scan.scanId);
    if (earlier) {
      if (asksTheSame(submitted, visitor?.before.id, earlier)) {
        this.#noteDecision(submitted, visitor, earlier);
        return { status: earlier.status, body: earlier.body, replayed: true };
      }
      const reuse = this.#refuse('scan_id_reused', submitted);
      this.reused.push(this.#kept(submitted, visitor, reuse));
      return reuse.answer;
    }
    const judgement = visitor ? this.#decide(submitted, visitor) : this.#refuse('unknown_code', submitted);
    if (visitor && judgement.accepted) {
      const { enrollment, fact } = judgement.accepted;
      visitor.enrollment = enrollment;
      visitor.facts.push(fact);
      if (fact.kind === 'door_checked') visitor.doorChecks.push(fact.doorCheck);
    }
    const kept = this.#kept(submitted, visitor, judgement);
    this.answered.push(kept);
    this.#earlier.set(kept.scanId, { ...kept, ...judgement.answer });
    return judgement.answer;
  }

  changes(): Change[] {
    return [...this.#byId.values()]
      .filter(({ facts }) => facts.length > 0)
      .map(({ before, facts }) => ({ enrollment: before, facts }));
  }

  #visitorOf(submitted: SubmittedScan): Visitor | undefined {
    const { accessCode, namedEnrollmentId } = asked(submitted);
    return accessCode === null ? this.#byId.get(namedEnrollmentId ?? '') : this.#byCode.get(accessCode);
  }

  #decide(submitted: SubmittedScan, { enrollment, doorChecks }: Visitor): Judgement {
    const looked = { event: this.#event, now: this.#now, enrollment };
    switch (submitted.kind) {
      case 'check_in':
        return judgeCheckIn({ ...looked, submitted });
      case 'redemption':
        return judgeRedemption({ ...looked, submitted });
      case 'door_check': {
        const { productId } = submitted.scan;
        const product = this.#products.get(productId) ?? null;
        const previous = doorChecks.findLast((check) => check.productId === productId) ?? null;
        return judgeDoorCheck({ ...looked, submitted }, { product, previous });
      }
    }
  }

  #refuse(code: 'scan_id_reused' | 'unknown_code', submitted: SubmittedScan): Judgement {
    return refuse({ code }, { event: this.#event, now: this.#now, submitted });
  }

  /** A device that heard no answer sends the scan again with what it did by itself. What it said first stays. */
  #noteDecision(submitted: SubmittedScan, visitor: Visitor | undefined, earlier: StoredAnswer): void {
    const deviceDecision = decisionOf(submitted);
    if (deviceDecision === null || earlier.deviceDecision !== null) return;
    const { scanId } = submitted.scan;
    this.decided.push({ eventId: this.#event.id, scanId, deviceDecision });
    this.#earlier.set(scanId, { ...earlier, deviceDecision });
    if (visitor && deviceDecision === 'turned_away') {
      visitor.enrollment = turnAway(visitor.enrollment, checkInOf(earlier.body));
    }
  }

  #kept(
    submitted: SubmittedScan,
    visitor: Visitor | undefined,
    { answer, refusal }: Judgement,
  ): AnsweredScan {
    const { scan, principal, context } = submitted;
    return {
      ...asked(submitted),
      eventId: this.#event.id,
      scanId: scan.scanId,
      enrollmentId: visitor?.before.id ?? null,
      refusal,
      answer,
      scannedAt: scannedAt(submitted, this.#now),
      recordedAt: this.#now,
      station: scan.station ?? principal.station,
      direction: submitted.kind === 'check_in' ? submitted.scan.direction : 'entry',
      deviceId: principal.tokenId,
      deviceDecision: decisionOf(submitted),
      cause: context.cause,
    };
  }
}

interface Visitor {
  before: StoredEnrollment;
  /** As it is after the scans judged so far. */
  enrollment: StoredEnrollment;
  /** For each door that the batch asks for the latest, and those since. */
  doorChecks: DoorCheck[];
  facts: Fact[];
}

/** What a scan asks for and of which ticket, as it was sent. */
function asked(
  submitted: SubmittedScan,
): Pick<AnsweredScan, 'kind' | 'accessCode' | 'namedEnrollmentId' | 'lineItemId' | 'productId'> {
  const { kind, scan } = submitted;
  return {
    kind,
    accessCode: scan.accessCode ?? null,
    namedEnrollmentId: kind === 'check_in' ? (submitted.scan.enrollmentId ?? null) : null,
    lineItemId: kind === 'redemption' ? submitted.scan.lineItemId : null,
    productId: kind === 'door_check' ? submitted.scan.productId : null,
  };
}

function decisionOf(submitted: SubmittedScan): DeviceDecision | null {
  return submitted.kind === 'check_in' ? (submitted.scan.deviceDecision ?? null) : null;
}

/** The id of the check-in that an accepted scan was answered with. */
function checkInOf(body: Partial<Pick<ScanAccepted, 'checkIn'>>): string | null {
  return body.checkIn?.id ?? null;
}

/** A scanId belongs to the ticket it named first, by code or by enrollment, and to what it asked for. */
function asksTheSame(
  submitted: SubmittedScan,
  enrollmentId: string | undefined,
  earlier: StoredAnswer,
): boolean {
  const now = asked(submitted);
  if (now.kind !== earlier.kind) return false;
  if (now.lineItemId !== earlier.lineItemId || now.productId !== earlier.productId) return false;
  if (enrollmentId !== undefined && enrollmentId === earlier.enrollmentId) return true;
  if (now.accessCode === null) return now.namedEnrollmentId === earlier.namedEnrollmentId;
  // Of a person who was erased the code is kept so that only a repeat can be told by it.
  return (
    now.accessCode === earlier.accessCode ||
    erasedCode(submitted.scan.scanId, now.accessCode) === earlier.accessCode
  );
}
