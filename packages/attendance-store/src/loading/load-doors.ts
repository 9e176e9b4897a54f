import type { DoorCheck } from '@turnout/attendance/decide-door-check';
import type { Product } from '@turnout/attendance/order';
import type { Queryable, Statement } from '@turnout/runtime/postgres';
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
    select distinct on (enrollment_id, product_id)
      enrollment_id, product_id, door_check_id, recorded_at, station, device_id
    from attendance.door_checks
    where event_id = $1 and enrollment_id = any($2::uuid[]) and product_id = any($3::uuid[])
    order by enrollment_id, product_id, recorded_at desc, door_check_id desc`,
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
  db: Queryable,
  { eventId, tickets }: { eventId: string; tickets: readonly Ticket[] },
  locked: readonly EnrollmentRow[],
): Promise<Doors> {
  const productIds = new Set<string>();
  const accessCodes = new Set<string | null>();
  for (const { productId, accessCode } of tickets) {
    if (productId === null) continue;
    productIds.add(productId);
    accessCodes.add(accessCode);
  }
  if (productIds.size === 0) return noDoors;
  const products = await loadProducts(db, eventId, [...productIds]);
  const rows = await db.query<DoorCheckRow>(loadLatestDoorChecks, [
    eventId,
    locked.filter((row) => accessCodes.has(row.access_code)).map((row) => row.enrollment_id),
    [...products.keys()],
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
