import type { Statement, Tx } from '@turnout/runtime/postgres';
import type { WriteSet } from './write-set.ts';

const insertDoorCheckRows: Statement = {
  name: 'insert_door_checks',
  text: `
    insert into attendance.door_checks
      (event_id, door_check_id, enrollment_id, product_id, scan_id, station, device_id, recorded_at)
    select * from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::uuid[], $6::text[], $7::uuid[],
      $8::timestamptz[])`,
};

/** Keeps who was let in where. */
export function insertDoorChecks(tx: Tx, { doorChecks: rows }: WriteSet): void {
  if (rows.length === 0) return;
  tx.send(insertDoorCheckRows, [
    rows.map(({ enrollment }) => enrollment.eventId),
    rows.map(({ doorCheck }) => doorCheck.id),
    rows.map(({ enrollment }) => enrollment.id),
    rows.map(({ doorCheck }) => doorCheck.productId),
    rows.map(({ doorCheck }) => doorCheck.scanId),
    rows.map(({ doorCheck }) => doorCheck.station),
    rows.map(({ doorCheck }) => doorCheck.deviceId),
    rows.map(({ doorCheck }) => doorCheck.recordedAt),
  ]);
}
