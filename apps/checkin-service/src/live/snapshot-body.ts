import type { EventLook, ScanSeen } from '@turnout/attendance-store/door/look-at-event';
import type { LiveSnapshot } from '@turnout/contracts/http/live';
import { SECOND } from '@turnout/runtime/durations';

const SCANS_SHOWN = 20;
/** A scan is dated before it is committed, so one may show up after a look that is younger. */
const OVERLAP_MS = 10 * SECOND;

/**
 * A look as listeners get it.
 *
 * @param lastSeen when a listener that comes back looked last: the scans since then are shown too, as far as the look
 * has them
 */
export function snapshotBody(look: EventLook, lastSeen: Date | null): LiveSnapshot {
  const from = lastSeen ? lastSeen.getTime() - OVERLAP_MS : Number.POSITIVE_INFINITY;
  const missed = look.lastScans.filter(({ recordedAt }) => recordedAt.getTime() >= from).length;
  return {
    at: look.at.toISOString(),
    enrolled: Object.values(look.byStatus).reduce((sum, count) => sum + count, 0),
    byStatus: look.byStatus,
    insideNow: look.insideNow,
    lastScans: look.lastScans.slice(0, Math.max(SCANS_SHOWN, missed)).map(scanBody),
  };
}

/** The time in a `Last-Event-ID`; anything else than an id of ours is as good as none. */
export function lastSeenOf(lastEventId: string | string[] | undefined): Date | null {
  if (typeof lastEventId !== 'string' || !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(lastEventId))
    return null;
  const at = new Date(lastEventId);
  return Number.isNaN(at.getTime()) ? null : at;
}

function scanBody(scan: ScanSeen): LiveSnapshot['lastScans'][number] {
  return {
    scanId: scan.scanId,
    kind: scan.kind,
    outcome: scan.refusal === null ? 'accepted' : 'refused',
    refusal: scan.refusal,
    displayName: scan.displayName,
    station: scan.station,
    direction: scan.direction,
    deviceId: scan.deviceId,
    scannedAt: scan.scannedAt.toISOString(),
    recordedAt: scan.recordedAt.toISOString(),
  };
}
