import type { Status } from '@turnout/attendance/enrollment';
import type { Queryable, Statement } from '@turnout/runtime/postgres';
import type { ScanKind } from '../stored.ts';
import { countByStatus, countInside, type EventStats, toByStatus } from './event-stats.ts';

/** How an event stands, and what happened last at its doors; all as of one instant. */
export interface EventLook extends Pick<EventStats, 'byStatus' | 'insideNow'> {
  /** The database's clock. */
  at: Date;
  /** Newest first, {@link SCANS_SEEN} at most. */
  lastScans: ScanSeen[];
}

export interface ScanSeen {
  scanId: string;
  kind: ScanKind;
  /** The problem code of a refused scan. */
  refusal: string | null;
  /** Null when the scan named nobody of this event. */
  displayName: string | null;
  station: string | null;
  direction: 'entry' | 'exit';
  deviceId: string;
  scannedAt: Date;
  recordedAt: Date;
}

export const SCANS_SEEN = 50;

// One statement, so one snapshot and one round trip.
const lookAt: Statement = {
  name: 'look_at_event',
  text: `
    select now() as at,
      (select json_agg(c) from (${countByStatus.text}) c) as statuses,
      (${countInside.text}) as inside,
      (select json_agg(json_build_object(
          'scanId', s.scan_id, 'kind', s.kind, 'refusal', s.refusal, 'displayName', p.name, 'station', s.station,
          'direction', s.direction, 'deviceId', s.device_id, 'scannedAt', s.scanned_at, 'recordedAt', s.recorded_at)
          order by s.recorded_at desc, s.scan_id desc)
        from (
          select * from attendance.scans where event_id = $1 order by recorded_at desc, scan_id desc limit ${SCANS_SEEN}
        ) s
        left join attendance.enrollments e using (event_id, enrollment_id)
        left join attendance.participants p using (organization_id, participant_id)) as scans`,
};

type JsonScan = Omit<ScanSeen, 'scannedAt' | 'recordedAt'> & { scannedAt: string; recordedAt: string };

interface LookRow {
  at: Date;
  statuses: { status: Status; count: number }[] | null;
  inside: number;
  scans: JsonScan[] | null;
}

/** Looks at an event that exists. Costs about what counting its check-ins costs. */
export async function lookAtEvent(db: Queryable, eventId: string): Promise<EventLook> {
  const [row] = await db.query<LookRow>(lookAt, [eventId]);
  if (!row) throw new Error('looking at an event answered nothing');
  return {
    at: row.at,
    byStatus: toByStatus(row.statuses ?? []),
    insideNow: row.inside,
    lastScans: (row.scans ?? []).map((scan) => ({
      ...scan,
      scannedAt: new Date(scan.scannedAt),
      recordedAt: new Date(scan.recordedAt),
    })),
  };
}
