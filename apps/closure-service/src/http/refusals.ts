import type { BeginRefusal } from '@turnout/attendance-store/closing/begin-closure-run';
import type { Refusal } from '@turnout/runtime/http/reply';
import { refusalSentence } from '../commands/refusal-sentence.ts';

/** The answer to somebody who wants to close what can't be closed. */
export function refusalReply(refusal: BeginRefusal): Refusal {
  const detail = refusalSentence(refusal);
  switch (refusal.code) {
    case 'event_not_found':
      return { problem: 'not_found' };
    case 'event_cancelled':
      return {
        problem: 'event_cancelled',
        detail,
        extra: { cancelledAt: refusal.cancelledAt.toISOString() },
      };
    case 'event_not_ended':
      return { problem: 'event_not_ended', detail, extra: { endsAt: refusal.endsAt.toISOString() } };
    case 'not_due':
      throw new Error('a request closes an event whether it is due or not');
  }
}

export const inProgress: Refusal = {
  problem: 'closure_in_progress',
  detail: 'The event is being closed right now. Read its closure runs to see the progress.',
};
