import type { DeviceDecision } from '@turnout/attendance/discrepancy';
import type { Statement, Tx } from '@turnout/runtime/postgres';

/** What a device did about a scan that was answered before, without its hearing the answer. */
export interface DecidedScan {
  eventId: string;
  scanId: string;
  deviceDecision: DeviceDecision;
}

const noteDecisions: Statement = {
  name: 'note_device_decisions',
  text: `
    with noted as (
      update attendance.scans s
      set device_decision = u.device_decision
      from unnest($1::uuid[], $2::uuid[], $3::text[]) as u (event_id, scan_id, device_decision)
      where s.event_id = u.event_id and s.scan_id = u.scan_id and s.device_decision is null
      returning s.event_id, s.enrollment_id, s.scan_id, s.device_decision
    )
    update attendance.check_ins c
    set turned_away = true, turned_away_at = clock_timestamp()
    from noted n
    where n.device_decision = 'turned_away'
      and c.event_id = n.event_id and c.enrollment_id = n.enrollment_id and c.scan_id = n.scan_id`,
};

/** Notes what devices did; the first that was said of a scan stays. Answers are not touched. */
export function noteDeviceDecisions(tx: Tx, scans: readonly DecidedScan[]): void {
  if (scans.length === 0) return;
  tx.send(noteDecisions, [
    scans.map(({ eventId }) => eventId),
    scans.map(({ scanId }) => scanId),
    scans.map(({ deviceDecision }) => deviceDecision),
  ]);
}
