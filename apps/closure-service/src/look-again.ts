import type { WaitingEvent } from '@turnout/attendance-store/closing/find-waiting-events';
import { MINUTE, SECOND } from '@turnout/runtime/durations';

/** How soon an event whose devices have reported in is closed, at the latest. */
const DEVICES_EVERY = 1 * MINUTE;

/**
 * When the schedule looks again ahead of its next time; undefined where it need not.
 *
 * Whoever holds a lock is closing the event, or was killed: then the lock is free when its lifetime is over. A device
 * that is waited for may report in at any time, and is waited for until its grace ends.
 */
export function lookAgain(seen: {
  /** Events that were left to whoever holds their lock. */
  skipped: number;
  lockTtlMs: number;
  waiting: readonly Pick<WaitingEvent, 'waitsForMs'>[];
}): { againAfterMs: number } | undefined {
  const graceEnds = seen.waiting.map(({ waitsForMs }) => Math.max(waitsForMs, 0) + SECOND);
  const reasons = [
    ...(seen.skipped > 0 ? [seen.lockTtlMs] : []),
    ...(seen.waiting.length > 0 ? [DEVICES_EVERY] : []),
    ...graceEnds,
  ];
  return reasons.length > 0 ? { againAfterMs: Math.min(...reasons) } : undefined;
}
