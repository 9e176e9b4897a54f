import { eventClosureFailedType } from '@turnout/contracts/events/event-closure-failed';
import type { PublicEvent } from '@turnout/contracts/events/public-event';
import type { Failure } from './raise-alerts.ts';

/** The critical failure that an event tells of, if it is one of those. */
export function failuresIn(event: PublicEvent, organizationId: string): Failure[] {
  if (event.type !== eventClosureFailedType) return [];
  return [{ kind: 'closure_failed', organizationId, subject: event.data.eventId }];
}
