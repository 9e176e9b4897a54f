import type { DeviceDecision } from '@turnout/attendance/discrepancy';
import type { Statement, Tx } from '@turnout/runtime/postgres';

/** A scan with the answer that it gets, now and whenever it is sent again. */
export interface AnsweredScan {
  eventId: string;
  scanId: string;
  kind: 'check_in' | 'redemption' | 'door_check';
  /** The enrollment it was about; null when the code is unknown. */
  enrollmentId: string | null;
  /** What the scan named; exactly one of the two. */
  accessCode: string | null;
  namedEnrollmentId: string | null;
  /** What a redemption asked for; null for the other kinds. */
  lineItemId: string | null;
  /** What a door check asked for; null for the other kinds. */
  productId: string | null;
  /** The problem code of a refused scan. */
  refusal: string | null;
  answer: { status: number; body: object };
  scannedAt: Date;
  recordedAt: Date;
  station: string | null;
  direction: 'entry' | 'exit';
  deviceId: string;
  /** What the device did while it could not ask; null where it asked. */
  deviceDecision: DeviceDecision | null;
  /** The request that brought it. */
  cause: string;
}

const insertScans: Statement = {
  name: 'insert_scans',
  text: `
    insert into attendance.scans
      (event_id, scan_id, enrollment_id, access_code, named_enrollment_id, refusal, answer_status, answer_body,
       scanned_at, recorded_at, station, direction, device_id, cause, kind, line_item_id, product_id,
       device_decision)
    select * from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::uuid[], $6::text[], $7::smallint[],
      $8::json[], $9::timestamptz[], $10::timestamptz[], $11::text[], $12::text[], $13::uuid[], $14::text[],
      $15::text[], $16::uuid[], $17::uuid[], $18::text[])`,
};

/** Keeps the answers. The transaction fails with a unique violation of `scans_pkey` when another transaction answered the same scan. */
export function insertAnswers(tx: Tx, scans: readonly AnsweredScan[]): void {
  if (scans.length === 0) return;
  tx.send(insertScans, [
    scans.map(({ eventId }) => eventId),
    scans.map(({ scanId }) => scanId),
    scans.map(({ enrollmentId }) => enrollmentId),
    scans.map(({ accessCode }) => accessCode),
    scans.map(({ namedEnrollmentId }) => namedEnrollmentId),
    scans.map(({ refusal }) => refusal),
    scans.map(({ answer }) => answer.status),
    scans.map(({ answer }) => JSON.stringify(answer.body)),
    scans.map(({ scannedAt }) => scannedAt),
    scans.map(({ recordedAt }) => recordedAt),
    scans.map(({ station }) => station),
    scans.map(({ direction }) => direction),
    scans.map(({ deviceId }) => deviceId),
    scans.map(({ cause }) => cause),
    scans.map(({ kind }) => kind),
    scans.map(({ lineItemId }) => lineItemId),
    scans.map(({ productId }) => productId),
    scans.map(({ deviceDecision }) => deviceDecision),
  ]);
}
