import type { Status } from '@turnout/attendance/enrollment';
import type { ClosureStanding } from '@turnout/contracts/http/reports';
import { MINUTE } from '@turnout/runtime/durations';

interface Closable {
  endsAt: Date;
  closureGraceMinutes: number;
  closedAt: Date | null;
  cancelledAt: Date | null;
}

/** Where the closure of an event stands. `underWay`: one has begun, and is not finished. */
export function closureStanding(
  event: Closable,
  byStatus: Record<Status, number>,
  underWay: boolean,
  now: Date,
): ClosureStanding {
  if (event.cancelledAt) return 'cancelled';
  if (underWay) return 'under_way';
  if (event.endsAt.getTime() + event.closureGraceMinutes * MINUTE >= now.getTime()) return 'not_due';
  const undecided = byStatus.confirmed + byStatus.checked_in;
  return event.closedAt && undecided === 0 ? 'closed' : 'due';
}
