import { createHash } from 'node:crypto';
import type { Statement, Tx } from '@turnout/runtime/postgres';
import type { AnsweredScan } from './answered-scan.ts';

const insertReused: Statement = {
  name: 'insert_reused_scans',
  text: `
    insert into attendance.reused_scans as kept
      (event_id, reused_scan_id, scan_id, enrollment_id, access_code, named_enrollment_id, refusal, answer_status,
       answer_body, scanned_at, recorded_at, station, direction, device_id, cause, kind, line_item_id, product_id,
       device_decision)
    select * from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::text[], $6::uuid[], $7::text[],
      $8::smallint[], $9::json[], $10::timestamptz[], $11::timestamptz[], $12::text[], $13::text[], $14::uuid[],
      $15::text[], $16::text[], $17::uuid[], $18::uuid[], $19::text[])
    on conflict (event_id, reused_scan_id) do update
    set device_decision = excluded.device_decision
    where kept.device_decision is null and excluded.device_decision is not null`,
};

/**
 * Keeps scans whose scanId belongs to another ticket or request: one row for what a device named and asked by one
 * scanId, however often it tries. The first attempt is kept, and the first decision the device tells.
 */
export function insertReusedScans(tx: Tx, scans: readonly AnsweredScan[]): void {
  if (scans.length === 0) return;
  const attempts = [...oneOfEach(scans)];
  tx.send(insertReused, [
    attempts.map(([, { eventId }]) => eventId),
    attempts.map(([id]) => id),
    attempts.map(([, { scanId }]) => scanId),
    attempts.map(([, { enrollmentId }]) => enrollmentId),
    attempts.map(([, { accessCode }]) => accessCode),
    attempts.map(([, { namedEnrollmentId }]) => namedEnrollmentId),
    attempts.map(([, { refusal }]) => refusal),
    attempts.map(([, { answer }]) => answer.status),
    attempts.map(([, { answer }]) => JSON.stringify(answer.body)),
    attempts.map(([, { scannedAt }]) => scannedAt),
    attempts.map(([, { recordedAt }]) => recordedAt),
    attempts.map(([, { station }]) => station),
    attempts.map(([, { direction }]) => direction),
    attempts.map(([, { deviceId }]) => deviceId),
    attempts.map(([, { cause }]) => cause),
    attempts.map(([, { kind }]) => kind),
    attempts.map(([, { lineItemId }]) => lineItemId),
    attempts.map(([, { productId }]) => productId),
    attempts.map(([, { deviceDecision }]) => deviceDecision),
  ]);
}

/** One statement can't touch a row twice. */
function oneOfEach(scans: readonly AnsweredScan[]): Map<string, AnsweredScan> {
  const attempts = new Map<string, AnsweredScan>();
  for (const scan of scans) {
    const id = attemptId(scan);
    const first = attempts.get(id) ?? scan;
    attempts.set(id, { ...first, deviceDecision: first.deviceDecision ?? scan.deviceDecision });
  }
  return attempts;
}

/**
 * An id made of what tells one attempt from another, so that its repeat has the same: a UUID of version 8. A unique
 * index could not hold it, since an access code as read may be longer than an index entry.
 */
function attemptId(scan: AnsweredScan): string {
  const { eventId, scanId, kind, accessCode, namedEnrollmentId, lineItemId, productId, deviceId } = scan;
  const named = [eventId, scanId, kind, accessCode, namedEnrollmentId, lineItemId, productId, deviceId];
  const hash = createHash('sha256').update(JSON.stringify(named)).digest('hex');
  const variant = ((Number.parseInt(hash.slice(16, 17), 16) & 0x3) | 0x8).toString(16);
  return [
    hash.slice(0, 8),
    hash.slice(8, 12),
    `8${hash.slice(13, 16)}`,
    `${variant}${hash.slice(17, 20)}`,
    hash.slice(20, 32),
  ].join('-');
}
