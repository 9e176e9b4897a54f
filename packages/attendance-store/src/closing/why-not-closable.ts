import type { EventPolicy } from '@turnout/attendance/event';

/** Why an event cannot be closed, now or ever. */
export type ClosureRefusal =
  | { code: 'event_cancelled'; cancelledAt: Date }
  | { code: 'event_not_ended'; endsAt: Date };

/** A cancelled event is never closed, and none before it has ended. The grace is the scheduler's, not a limit. */
export function whyNotClosable(
  event: Pick<EventPolicy, 'cancelledAt' | 'endsAt'>,
  now: Date,
): ClosureRefusal | null {
  if (event.cancelledAt) return { code: 'event_cancelled', cancelledAt: event.cancelledAt };
  if (event.endsAt >= now) return { code: 'event_not_ended', endsAt: event.endsAt };
  return null;
}
