import type { Queryable, Statement } from '@turnout/runtime/postgres';
import type { AnsweredScan } from '../saving/answered-scan.ts';
import { type KeptScan, keptScan, keptScanValues } from './kept-scan.ts';

/** A scan that was refused, with who was meant and which device sent it. */
export interface RefusedScan
  extends Pick<
    AnsweredScan,
    | 'scanId'
    | 'kind'
    | 'accessCode'
    | 'namedEnrollmentId'
    | 'enrollmentId'
    | 'lineItemId'
    | 'productId'
    | 'station'
    | 'direction'
    | 'deviceId'
    | 'scannedAt'
    | 'recordedAt'
    | 'cause'
  > {
  /** A scanId can have been refused several times. */
  row: KeptScan;
  refusal: string;
  displayName: string | null;
  deviceLabel: string | null;
}

export interface RefusedScanList {
  eventId: string;
  refusal: string | null;
  deviceId: string | null;
  station: string | null;
  /** The last scan of the page before. */
  after: KeptScan | null;
  limit: number;
}

const columns = `
  event_id, scan_id, enrollment_id, access_code, named_enrollment_id, refusal, scanned_at, recorded_at, station, direction,
  device_id, cause, kind, line_item_id, product_id`;

const asked = `
  and ($2::text is null or refusal = $2) and ($3::uuid is null or device_id = $3) and ($4::text is null or station = $4)`;

// Each table is read in the order of its own index, and the page is cut before the joins: people and devices are looked
// up for what is answered. The row of the page before says where to go on, because its time has microseconds and a Date
// has not; nothing leaves these tables.
const listing = (name: string, goOn: (row: string) => string): Statement => ({
  name,
  text: `
    select s.refused_scan_id, s.reused, s.scan_id, s.kind, s.refusal, s.access_code, s.named_enrollment_id, s.enrollment_id,
      p.name as display_name, s.line_item_id, s.product_id, s.station, s.direction, s.device_id,
      t.label as device_label, s.scanned_at, s.recorded_at, s.cause
    from (
      (select scan_id as refused_scan_id, false as reused, ${columns} from attendance.scans
       where event_id = $1 and refusal is not null ${asked} ${goOn('scan_id, false')}
       order by recorded_at desc, scan_id desc limit $5)
      union all
      (select reused_scan_id, true, ${columns} from attendance.reused_scans
       where event_id = $1 ${asked} ${goOn('reused_scan_id, true')}
       order by recorded_at desc, reused_scan_id desc limit $5)
      order by recorded_at desc, refused_scan_id desc, reused desc
      limit $5
    ) s
    left join attendance.enrollments e on e.event_id = s.event_id and e.enrollment_id = s.enrollment_id
    left join attendance.participants p
      on p.organization_id = e.organization_id and p.participant_id = e.participant_id
    left join access.tokens t on t.token_id = s.device_id
    order by s.recorded_at desc, s.refused_scan_id desc, s.reused desc`,
});

// The time is a bound of its own, because an index can be asked for it, whatever the rest of the key is made of.
const lastRow = `
  select recorded_at, scan_id as id, false as reused from attendance.scans
  where event_id = $1 and scan_id = $6 and not $7::boolean
  union all
  select recorded_at, reused_scan_id, true from attendance.reused_scans
  where event_id = $1 and reused_scan_id = $6 and $7`;

const firstPage = listing('first_refused_scans', () => '');
const nextPage = listing(
  'next_refused_scans',
  (row) => `
         and recorded_at <= (select recorded_at from (${lastRow}) last)
         and (recorded_at, ${row}) < (select recorded_at, id, reused from (${lastRow}) last)`,
);

/** The refused scans of an event, the one recorded last first. */
export async function listRefusedScans(db: Queryable, list: RefusedScanList): Promise<RefusedScan[]> {
  const { eventId, refusal, deviceId, station, after, limit } = list;
  const values = [eventId, refusal, deviceId, station, limit];
  const rows =
    after === null
      ? await db.query<RefusedScanRow>(firstPage, values)
      : await db.query<RefusedScanRow>(nextPage, [...values, ...keptScanValues(after)]);
  return rows.map((row) => ({
    row: keptScan({ id: row.refused_scan_id, reused: row.reused }),
    scanId: row.scan_id,
    kind: row.kind,
    refusal: row.refusal,
    accessCode: row.access_code,
    namedEnrollmentId: row.named_enrollment_id,
    enrollmentId: row.enrollment_id,
    displayName: row.display_name,
    lineItemId: row.line_item_id,
    productId: row.product_id,
    station: row.station,
    direction: row.direction,
    deviceId: row.device_id,
    deviceLabel: row.device_label,
    scannedAt: row.scanned_at,
    recordedAt: row.recorded_at,
    cause: row.cause,
  }));
}

interface RefusedScanRow {
  refused_scan_id: string;
  reused: boolean;
  scan_id: string;
  kind: AnsweredScan['kind'];
  refusal: string;
  access_code: string | null;
  named_enrollment_id: string | null;
  enrollment_id: string | null;
  display_name: string | null;
  line_item_id: string | null;
  product_id: string | null;
  station: string | null;
  direction: 'entry' | 'exit';
  device_id: string;
  device_label: string | null;
  scanned_at: Date;
  recorded_at: Date;
  cause: string;
}
