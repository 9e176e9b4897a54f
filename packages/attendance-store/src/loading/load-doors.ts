import type { DoorCheck } from '@turnout/attendance/decide-door-check';
import type { Product } from '@turnout/attendance/order';
import type { Statement, Tx } from '@turnout/runtime/postgres';
import type { EnrollmentRow } from '../locking/lock-enrollments.ts';
import type { Ticket } from '../selection.ts';
import { loadProducts } from './load-products.ts';

/** What is known of the doors that the scans of a batch ask for. */
export interface Doors {
  /** Those products that the event has, by id. */
  products: ReadonlyMap<string, Product>;
  /** Of the holders of these tickets, the latest door check for each of these products, by enrollment id. */
  latestChecks: ReadonlyMap<string, readonly DoorCheck[]>;
}

export const noDoors: Doors = { products: new Map(), latestChecks: new Map() };

const loadLatestDoorChecks: Statement = {
  name: 'load_latest_door_checks',
  text: `
    select c.*
    from unnest($2::uuid[], $3::uuid[]) as asked (enrollment_id, product_id)
    cross join lateral (
      select enrollment_id, product_id, door_check_id, recorded_at, station, device_id
      from attendance.door_checks
      where event_id = $1 and enrollment_id = asked.enrollment_id and product_id = asked.product_id
      order by recorded_at desc, door_check_id desc limit 1
    ) c`,
};

interface DoorCheckRow {
  enrollment_id: string;
  product_id: string;
  door_check_id: string;
  recorded_at: Date;
  station: string | null;
  device_id: string;
}

/** Looks up the doors of a batch. Asks nothing when no scan of it is a door check. */
export async function loadDoors(
  tx: Tx,
  { eventId, tickets }: { eventId: string; tickets: readonly Ticket[] },
  locked: readonly EnrollmentRow[],
): Promise<Doors> {
  const holders = new Map(locked.map((row) => [row.access_code, row.enrollment_id]));
  const asked = new Map<string, { productId: string; enrollmentId: string | undefined }>();
  for (const { productId, accessCode } of tickets) {
    if (productId === null) continue;
    asked.set(`${accessCode} ${productId}`, { productId, enrollmentId: holders.get(accessCode ?? '') });
  }
  if (asked.size === 0) return noDoors;
  const doors = [...asked.values()];
  const held = doors.filter(({ enrollmentId }) => enrollmentId !== undefined);
  const [products, rows] = await Promise.all([
    loadProducts(tx, eventId, [...new Set(doors.map(({ productId }) => productId))]),
    tx.query<DoorCheckRow>(loadLatestDoorChecks, [
      eventId,
      held.map(({ enrollmentId }) => enrollmentId),
      held.map(({ productId }) => productId),
    ]),
  ]);
  return { products, latestChecks: byEnrollment(rows) };
}

function byEnrollment(rows: readonly DoorCheckRow[]): Map<string, DoorCheck[]> {
  const found = new Map<string, DoorCheck[]>();
  for (const row of rows) {
    const checks = found.get(row.enrollment_id) ?? [];
    checks.push({
      id: row.door_check_id,
      productId: row.product_id,
      recordedAt: row.recorded_at,
      station: row.station,
      deviceId: row.device_id,
    });
    found.set(row.enrollment_id, checks);
  }
  return found;
}
