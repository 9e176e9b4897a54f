import type { CheckInRefusal } from '@turnout/attendance/decide-check-in';
import type { CheckIn } from '@turnout/attendance/enrollment';
import { SECOND } from '@turnout/runtime/durations';
import { duration } from './in-words.ts';

/** A second scan of the same device within this is the same hand at the same badge. */
const DOUBLE_TAP_MS = 10 * SECOND;

/** What the desk reads of a ticket that is spent: a double scan, or where and when someone came in with it. */
export function alreadyCheckedIn(
  { previous, reentry }: Extract<CheckInRefusal, { code: 'already_checked_in' }>,
  scan: { scannedAt: Date; deviceId: string },
  local: (at: Date) => string,
): string {
  const sinceMs = scan.scannedAt.getTime() - previous.scannedAt.getTime();
  const here = previous.deviceId === scan.deviceId;
  if (here && sinceMs >= 0 && sinceMs <= DOUBLE_TAP_MS) {
    const ago = sinceMs < SECOND ? 'just now' : `${duration(sinceMs)} ago`;
    return `This device scanned this badge ${ago}: a double scan, nothing is wrong. Continue with the next person.`;
  }
  const scope = reentry === 'once' ? 'only once' : 'once a day';
  return (
    `This ticket admits ${scope}, and ${seen(previous, here, local)}. ` +
    'If that was this person, they are already checked in. If not, do not admit them, and call a supervisor.'
  );
}

function seen(previous: CheckIn, here: boolean, local: (at: Date) => string): string {
  const when = `on ${local(previous.scannedAt)}`;
  switch (previous.source) {
    case 'override':
      return `an admin checked it in ${when}`;
    case 'scan': {
      const where = previous.station === null ? '' : ` at ${previous.station}`;
      return `was scanned${where} by ${here ? 'this' : 'another'} device ${when}`;
    }
  }
}
