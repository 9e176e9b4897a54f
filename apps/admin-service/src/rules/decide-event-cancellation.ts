import type { EventDecision, EventState } from '@turnout/attendance-store/events/change-event';

export type EventCancellationRefusal =
  | { code: 'event_cancelled'; cancelledAt: Date }
  | { code: 'event_closed'; closedAt: Date }
  | { code: 'closure_in_progress' };

/** Cancels an event, unless it is closed or people have verdicts. Enrollments keep their status. */
export function decideEventCancellation(
  { event, halfClosed, now }: EventState,
  reason: string,
): EventDecision<EventCancellationRefusal> {
  const { cancelledAt, closedAt } = event;
  if (cancelledAt) return { outcome: 'refused', refusal: { code: 'event_cancelled', cancelledAt } };
  if (closedAt) return { outcome: 'refused', refusal: { code: 'event_closed', closedAt } };
  if (halfClosed) return { outcome: 'refused', refusal: { code: 'closure_in_progress' } };
  return { outcome: 'change', changes: { cancelledAt: now, cancellationReason: reason } };
}
