import type { DeviceDecision } from '@turnout/attendance/discrepancy';
import type { Status } from '@turnout/attendance/enrollment';
import type { Queryable, Statement } from '@turnout/runtime/postgres';
import { type KeptScan, keptScan, keptScanValues } from './kept-scan.ts';

/** A scan of which a device decided differently from the server. */
export interface Discrepancy {
  /** A scanId can have been reused several times. */
  row: KeptScan;
  scanId: string;
  deviceDecision: DeviceDecision;
  /** Null where the server accepted the scan. */
  refusal: string | null;
  /** What the server answered. */
  answer: object;
  accessCode: string | null;
  enrollment: { id: string; displayName: string; status: Status } | null;
  station: string | null;
  deviceId: string;
  deviceLabel: string | null;
  scannedAt: Date;
  recordedAt: Date;
  /** When the check-in that the scan made was annulled; null otherwise. */
  annulledAt: Date | null;
}

export interface DiscrepancyList {
  eventId: string;
  /** The last discrepancy of the page before. */
  after: KeptScan | null;
  limit: number;
}

const columns = `
  event_id, scan_id, device_decision, refusal, answer_body, access_code, enrollment_id, station, device_id, scanned_at,
  recorded_at`;

// The conditions are those of the index scans_discrepant, word for word, so that it is used. A scan that reused a
// scanId is refused always.
const listing = (name: string, goOn: (row: string) => string): Statement => ({
  name,
  text: `
    select s.discrepancy_id, s.reused, s.scan_id, s.device_decision, s.refusal, s.answer_body, s.access_code, s.enrollment_id,
      e.status, p.name as display_name, s.station, s.device_id, t.label as device_label, s.scanned_at, s.recorded_at,
      c.annulled_at
    from (
      (select scan_id as discrepancy_id, false as reused, ${columns} from attendance.scans
       where event_id = $1
         and ((device_decision = 'admitted' and refusal is not null)
           or (device_decision = 'turned_away' and refusal is null)) ${goOn('scan_id, false')}
       order by recorded_at desc, scan_id desc limit $2)
      union all
      (select reused_scan_id, true, ${columns} from attendance.reused_scans
       where event_id = $1 and device_decision = 'admitted' ${goOn('reused_scan_id, true')}
       order by recorded_at desc, reused_scan_id desc limit $2)
      order by recorded_at desc, discrepancy_id desc, reused desc limit $2
    ) s
    left join attendance.enrollments e on e.event_id = s.event_id and e.enrollment_id = s.enrollment_id
    left join attendance.participants p
      on p.organization_id = e.organization_id and p.participant_id = e.participant_id
    left join access.tokens t on t.token_id = s.device_id
    left join attendance.check_ins c
      on s.refusal is null and c.event_id = s.event_id and c.enrollment_id = s.enrollment_id and c.scan_id = s.scan_id
    order by s.recorded_at desc, s.discrepancy_id desc, s.reused desc`,
});

const firstPage = listing('first_discrepancies', () => '');
// The row of the page before says where to go on, because its time has microseconds and a Date has not.
const nextPage = listing(
  'next_discrepancies',
  (row) => `and (recorded_at, ${row}) < (
         select recorded_at, scan_id, false from attendance.scans
         where event_id = $1 and scan_id = $3 and not $4::boolean
         union all
         select recorded_at, reused_scan_id, true from attendance.reused_scans
         where event_id = $1 and reused_scan_id = $3 and $4)`,
);

/** Where devices and server differ on scans of an event, the one recorded last first. */
export async function listDiscrepancies(
  db: Queryable,
  { eventId, after, limit }: DiscrepancyList,
): Promise<Discrepancy[]> {
  const rows =
    after === null
      ? await db.query<DiscrepancyRow>(firstPage, [eventId, limit])
      : await db.query<DiscrepancyRow>(nextPage, [eventId, limit, ...keptScanValues(after)]);
  return rows.map((row) => ({
    row: keptScan({ id: row.discrepancy_id, reused: row.reused }),
    scanId: row.scan_id,
    deviceDecision: row.device_decision,
    refusal: row.refusal,
    answer: row.answer_body,
    accessCode: row.access_code,
    enrollment: toEnrollment(row),
    station: row.station,
    deviceId: row.device_id,
    deviceLabel: row.device_label,
    scannedAt: row.scanned_at,
    recordedAt: row.recorded_at,
    annulledAt: row.annulled_at,
  }));
}

function toEnrollment({ enrollment_id, display_name, status }: DiscrepancyRow): Discrepancy['enrollment'] {
  if (enrollment_id === null || display_name === null || status === null) return null;
  return { id: enrollment_id, displayName: display_name, status };
}

interface DiscrepancyRow {
  discrepancy_id: string;
  reused: boolean;
  scan_id: string;
  device_decision: DeviceDecision;
  refusal: string | null;
  answer_body: object;
  access_code: string | null;
  enrollment_id: string | null;
  status: Status | null;
  display_name: string | null;
  station: string | null;
  device_id: string;
  device_label: string | null;
  scanned_at: Date;
  recorded_at: Date;
  annulled_at: Date | null;
}
