import { applyMove } from '@turnout/attendance/apply-move';
import { decideCheckIn } from '@turnout/attendance/decide-check-in';
import { addCheckIn } from '@turnout/attendance/enrollment';
import type { Change, Fact } from '@turnout/attendance-store/fact';
import type { StoredAnswer } from '@turnout/attendance-store/loading/load-answers';
import type { Batch } from '@turnout/attendance-store/loading/load-batch';
import type { AnsweredScan } from '@turnout/attendance-store/saving/insert-answers';
import type { NewCheckIn, StoredEnrollment, StoredEvent } from '@turnout/attendance-store/stored';
import type { ScanRequest } from '@turnout/contracts/http/check-ins';
import { newId } from '@turnout/runtime/ids';
import type { ScanRefusal } from '../http/refusals.ts';
import { acceptedAnswer, refusedAnswer, type ScanAnswer } from '../http/scan-answers.ts';
import type { SubmittedScan } from './submitted-scan.ts';

/** A batch of scans on its way through the rules: what each ticket has become so far, and what was answered. */
export class Desk {
  readonly answered: AnsweredScan[] = [];
  readonly #event: StoredEvent;
  readonly #now: Date;
  readonly #earlier: Map<string, StoredAnswer>;
  readonly #byCode = new Map<string, Visitor>();
  readonly #byId = new Map<string, Visitor>();

  constructor(event: StoredEvent, batch: Batch) {
    this.#event = event;
    this.#now = batch.now;
    this.#earlier = new Map(batch.answers);
    for (const enrollment of batch.enrollments) {
      const visitor: Visitor = { before: enrollment, enrollment, facts: [] };
      this.#byCode.set(enrollment.accessCode, visitor);
      this.#byId.set(enrollment.id, visitor);
    }
  }

  judge(submitted: SubmittedScan): ScanAnswer {
    const { scan } = submitted;
    const visitor = this.#visitorOf(scan);
    const earlier = this.#earlier.get(scan.scanId);
    if (earlier) {
      return namesSameTicket(scan, visitor?.before.id, earlier)
        ? { status: earlier.status, body: earlier.body, replayed: true }
        : this.#refuse({ code: 'scan_id_reused' }, submitted).answer;
    }
    const { answer, refusal } = visitor
      ? this.#decide(submitted, visitor)
      : this.#refuse({ code: 'unknown_code' }, submitted);
    this.#keep(submitted, visitor, answer, refusal);
    return answer;
  }

  changes(): Change[] {
    return [...this.#byId.values()]
      .filter(({ facts }) => facts.length > 0)
      .map(({ before, facts }) => ({ enrollment: before, facts }));
  }

  #visitorOf(scan: ScanRequest): Visitor | undefined {
    if (scan.accessCode !== undefined) return this.#byCode.get(scan.accessCode);
    return scan.enrollmentId === undefined ? undefined : this.#byId.get(scan.enrollmentId);
  }

  #decide(submitted: SubmittedScan, visitor: Visitor): Judged {
    const { scan, principal, context } = submitted;
    const made = {
      scannedAt: scan.scannedAt ?? this.#now,
      direction: scan.direction,
      station: scan.station ?? principal.station,
      deviceId: principal.tokenId,
      orderPaid: true,
      admitUnpaid: scan.admitUnpaid,
    };
    const decision = decideCheckIn(this.#event, visitor.enrollment, made, this.#now);
    if (decision.outcome === 'refused') return this.#refuse(decision.refusal, submitted);

    const checkIn: NewCheckIn = {
      id: newId(),
      day: decision.day,
      scannedAt: made.scannedAt,
      recordedAt: this.#now,
      station: made.station,
      direction: made.direction,
      source: 'scan',
      deviceId: made.deviceId,
      annulledAt: null,
      scanId: scan.scanId,
    };
    const { outcome, move } = decision;
    visitor.facts.push({ kind: 'checked_in', checkIn, outcome, move, by: context });
    const present = addCheckIn(visitor.enrollment, checkIn);
    visitor.enrollment = move ? applyMove(present, move) : present;
    return {
      answer: acceptedAnswer(outcome, checkIn, visitor.enrollment, this.#event, decision.previous),
      refusal: null,
    };
  }

  #refuse(refusal: ScanRefusal, { scan, principal, context }: SubmittedScan): Judged {
    const asked = {
      requestId: context.cause,
      scannedAt: scan.scannedAt ?? this.#now,
      deviceId: principal.tokenId,
    };
    return { answer: refusedAnswer(refusal, this.#event, asked), refusal: refusal.code };
  }

  #keep(
    { scan, principal, context }: SubmittedScan,
    visitor: Visitor | undefined,
    answer: ScanAnswer,
    refusal: string | null,
  ): void {
    const kept: AnsweredScan = {
      eventId: this.#event.id,
      scanId: scan.scanId,
      enrollmentId: visitor?.before.id ?? null,
      accessCode: scan.accessCode ?? null,
      namedEnrollmentId: scan.enrollmentId ?? null,
      refusal,
      answer,
      scannedAt: scan.scannedAt ?? this.#now,
      recordedAt: this.#now,
      station: scan.station ?? principal.station,
      direction: scan.direction,
      deviceId: principal.tokenId,
      cause: context.cause,
    };
    this.answered.push(kept);
    this.#earlier.set(scan.scanId, { ...kept, ...answer });
  }
}

interface Visitor {
  before: StoredEnrollment;
  /** As it is after the scans judged so far. */
  enrollment: StoredEnrollment;
  facts: Fact[];
}

interface Judged {
  answer: ScanAnswer;
  refusal: string | null;
}

/** A scanId belongs to the ticket it named first, by code or by enrollment. */
function namesSameTicket(
  scan: ScanRequest,
  enrollmentId: string | undefined,
  earlier: StoredAnswer,
): boolean {
  if (enrollmentId !== undefined && enrollmentId === earlier.enrollmentId) return true;
  if (scan.accessCode !== undefined) return scan.accessCode === earlier.accessCode;
  return scan.enrollmentId === earlier.namedEnrollmentId;
}
