import type { BeginRefusal } from '@turnout/attendance-store/closing/begin-closure-run';

/** Why an event is not closed, and what can be done about it. */
export function refusalSentence(refusal: BeginRefusal): string {
  switch (refusal.code) {
    case 'event_not_found':
      return 'There is no such event.';
    case 'event_cancelled':
      return `The event was cancelled on ${refusal.cancelledAt.toISOString()}. A cancelled event is never closed.`;
    case 'event_not_ended':
      return `The event ends at ${refusal.endsAt.toISOString()}. Close it after that.`;
    case 'not_due':
      return 'The event has nothing to close.';
  }
}
