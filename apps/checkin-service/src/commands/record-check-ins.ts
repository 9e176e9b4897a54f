import type { Principal } from '@turnout/access/principal';
import { decideCheckIn } from '@turnout/attendance/decide-check-in';
import { addCheckIn, applyMove } from '@turnout/attendance/enrollment';
import { changeEnrollments, type Decision } from '@turnout/attendance-store/change-enrollments';
import type { Fact } from '@turnout/attendance-store/fact';
import { answerKey, type StoredAnswer } from '@turnout/attendance-store/loading/load-answers';
import type { Batch } from '@turnout/attendance-store/loading/load-batch';
import type { AnsweredScan } from '@turnout/attendance-store/saving/insert-answers';
import type { NewCheckIn, StoredEnrollment, StoredEvent } from '@turnout/attendance-store/stored';
import type { ScanRequest } from '@turnout/contracts/http/check-ins';
import { newId } from '@turnout/runtime/ids';
import type { Db } from '@turnout/runtime/postgres';
import type { ScanRefusal } from '../http/refusals.ts';
import { acceptedAnswer, refusedAnswer, type ScanAnswer } from '../http/scan-answers.ts';

export interface ScanUpload {
  principal: Principal;
  eventId: string;
  scans: readonly ScanRequest[];
  requestId: string;
}

/**
 * Judges scans of one event and records them, in one transaction.
 *
 * Scans are taken in the order in which they were made, so that the order of an upload changes nothing; those without a
 * time were made now, in the order sent. Each answer stands where its scan stood.
 *
 * @returns null when the organization has no such event
 */
export async function recordCheckIns(db: Db, upload: ScanUpload): Promise<ScanAnswer[] | null> {
  const { principal, eventId, scans, requestId } = upload;
  const tickets = scans.map((scan) => ({
    eventId,
    scanId: scan.scanId,
    accessCode: scan.accessCode ?? null,
    enrollmentId: scan.enrollmentId ?? null,
  }));
  return await changeEnrollments(
    db,
    { by: 'tickets', organizationId: principal.organizationId, tickets },
    (batch) => judge(batch, upload),
    { actor: { type: 'token', id: principal.tokenId, label: principal.label }, cause: requestId },
  );
}

function judge(batch: Batch, upload: ScanUpload): Decision<ScanAnswer[] | null> {
  const event = batch.events.get(upload.eventId);
  if (event?.organizationId !== upload.principal.organizationId) return { changes: [], result: null };

  const desk = new Desk(event, batch, upload);
  const results: ScanAnswer[] = [];
  for (const [index, scan] of inOrderMade(upload.scans, batch.now)) results[index] = desk.judge(scan);
  return { changes: desk.changes(), answers: desk.answered, result: results };
}

/** The scans with their places in the upload, by time made; scans of one instant by id, so that any order gives one. */
function inOrderMade(scans: readonly ScanRequest[], now: Date): [number, ScanRequest][] {
  const madeAt = (scan: ScanRequest) => (scan.scannedAt ?? now).getTime();
  return [...scans.entries()].sort(([, one], [, other]) => {
    const byTime = madeAt(one) - madeAt(other);
    if (byTime !== 0 || !one.scannedAt || !other.scannedAt) return byTime;
    return one.scanId < other.scanId ? -1 : Number(one.scanId > other.scanId);
  });
}

/** A batch of scans on its way through the rules: what each ticket has become so far, and what was answered. */
class Desk {
  readonly answered: AnsweredScan[] = [];
  readonly #event: StoredEvent;
  readonly #now: Date;
  readonly #upload: ScanUpload;
  readonly #earlier: Map<string, StoredAnswer>;
  readonly #byCode = new Map<string, Visitor>();
  readonly #byId = new Map<string, Visitor>();

  constructor(event: StoredEvent, batch: Batch, upload: ScanUpload) {
    this.#event = event;
    this.#now = batch.now;
    this.#upload = upload;
    this.#earlier = new Map(batch.answers);
    for (const enrollment of batch.enrollments) {
      const visitor: Visitor = { before: enrollment, enrollment, facts: [] };
      this.#byCode.set(enrollment.accessCode, visitor);
      this.#byId.set(enrollment.id, visitor);
    }
  }

  judge(scan: ScanRequest): ScanAnswer {
    const visitor = this.#visitorOf(scan);
    const earlier = this.#earlier.get(answerKey({ eventId: this.#event.id, scanId: scan.scanId }));
    if (earlier) {
      return namesSameTicket(scan, visitor?.before.id, earlier)
        ? { status: earlier.status, body: earlier.body, replayed: true }
        : this.#refuse({ code: 'scan_id_reused' }, scan).answer;
    }
    const { answer, refusal } = visitor
      ? this.#decide(scan, visitor)
      : this.#refuse({ code: 'unknown_code' }, scan);
    this.#keep(scan, visitor, answer, refusal);
    return answer;
  }

  changes() {
    return [...this.#byId.values()]
      .filter(({ facts }) => facts.length > 0)
      .map(({ before, facts }) => ({ enrollment: before, facts }));
  }

  #visitorOf(scan: ScanRequest): Visitor | undefined {
    if (scan.accessCode !== undefined) return this.#byCode.get(scan.accessCode);
    return scan.enrollmentId === undefined ? undefined : this.#byId.get(scan.enrollmentId);
  }

  #decide(scan: ScanRequest, visitor: Visitor): Judged {
    const { principal } = this.#upload;
    const made = {
      scannedAt: scan.scannedAt ?? this.#now,
      direction: scan.direction,
      station: scan.station ?? principal.station,
      deviceId: principal.tokenId,
      orderPaid: true,
      admitUnpaid: scan.admitUnpaid,
    };
    const decision = decideCheckIn(this.#event, visitor.enrollment, made, this.#now);
    if (decision.outcome === 'refused') return this.#refuse(decision.refusal, scan);

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
    visitor.facts.push({ kind: 'checked_in', checkIn, outcome, move });
    const present = { ...visitor.enrollment, ...addCheckIn(visitor.enrollment, checkIn) };
    visitor.enrollment = move ? { ...present, ...applyMove(present, move) } : present;
    return {
      answer: acceptedAnswer(outcome, checkIn, visitor.enrollment, this.#event, decision.previous),
      refusal: null,
    };
  }

  #refuse(refusal: ScanRefusal, scan: ScanRequest): Judged {
    const { requestId, principal } = this.#upload;
    const asked = { requestId, scannedAt: scan.scannedAt ?? this.#now, deviceId: principal.tokenId };
    return { answer: refusedAnswer(refusal, this.#event, asked), refusal: refusal.code };
  }

  #keep(scan: ScanRequest, visitor: Visitor | undefined, answer: ScanAnswer, refusal: string | null): void {
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
      station: scan.station ?? this.#upload.principal.station,
      direction: scan.direction,
      deviceId: this.#upload.principal.tokenId,
    };
    this.answered.push(kept);
    this.#earlier.set(answerKey(kept), { ...kept, ...answer });
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
