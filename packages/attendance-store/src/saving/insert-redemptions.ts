import type { Statement, Tx } from '@turnout/runtime/postgres';
import type { WriteSet } from './write-set.ts';

const insertRedemptionRows: Statement = {
  name: 'insert_redemptions',
  text: `
    insert into attendance.redemptions
      (event_id, redemption_id, enrollment_id, line_item_id, scan_id, station, device_id, recorded_at)
    select * from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::uuid[], $6::text[], $7::uuid[],
      $8::timestamptz[])`,
};

/** Keeps the units that were used. That no more are than were bought rests on the row locks of their enrollments. */
export function insertRedemptions(tx: Tx, { redemptions: rows }: WriteSet): void {
  if (rows.length === 0) return;
  tx.send(insertRedemptionRows, [
    rows.map(({ enrollment }) => enrollment.eventId),
    rows.map(({ redemption }) => redemption.id),
    rows.map(({ enrollment }) => enrollment.id),
    rows.map(({ redemption }) => redemption.lineItemId),
    rows.map(({ redemption }) => redemption.scanId),
    rows.map(({ redemption }) => redemption.station),
    rows.map(({ redemption }) => redemption.deviceId),
    rows.map(({ redemption }) => redemption.recordedAt),
  ]);
}
