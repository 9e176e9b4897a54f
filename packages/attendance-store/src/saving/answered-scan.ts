import type { DeviceDecision } from '@turnout/attendance/discrepancy';
import type { Statement } from '@turnout/runtime/postgres';
import type { ScanKind } from '../stored.ts';

/** A scan with the answer that it gets, now and whenever it is sent again. */
export interface AnsweredScan {
  eventId: string;
  scanId: string;
  kind: ScanKind;
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

/** Keeps scans with their answers. Fails with a unique violation when one of them has an answer already. */
export const insertScans: Statement = {
  name: 'insert_scans',
  text: `
    insert into attendance.scans
      (event_id, recorded_at, scan_id, enrollment_id, access_code, named_enrollment_id, refusal, answer_status,
       answer_body, scanned_at, station, direction, device_id, cause, kind, line_item_id, product_id, device_decision)
    select $1::uuid, $2::timestamptz, * from unnest($3::uuid[], $4::uuid[], $5::text[], $6::uuid[], $7::text[],
      $8::smallint[], $9::json[], $10::timestamptz[], $11::text[], $12::text[], $13::uuid[], $14::text[], $15::text[],
      $16::uuid[], $17::uuid[], $18::text[])`,
};

/** The values of {@link insertScans}. */
export function scanValues(eventId: string, at: Date, scans: readonly AnsweredScan[]): unknown[] {
  return [
    eventId,
    at,
    scans.map(({ scanId }) => scanId),
    scans.map(({ enrollmentId }) => enrollmentId),
    scans.map(({ accessCode }) => accessCode),
    scans.map(({ namedEnrollmentId }) => namedEnrollmentId),
    scans.map(({ refusal }) => refusal),
    scans.map(({ answer }) => answer.status),
    scans.map(({ answer }) => JSON.stringify(answer.body)),
    scans.map(({ scannedAt }) => scannedAt.toISOString()),
    scans.map(({ station }) => station),
    scans.map(({ direction }) => direction),
    scans.map(({ deviceId }) => deviceId),
    scans.map(({ cause }) => cause),
    scans.map(({ kind }) => kind),
    scans.map(({ lineItemId }) => lineItemId),
    scans.map(({ productId }) => productId),
    scans.map(({ deviceDecision }) => deviceDecision),
  ];
}
