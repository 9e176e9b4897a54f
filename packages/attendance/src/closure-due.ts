import type { EventPolicy } from './event.ts';

/** The end of the event and of its grace. Closure may judge after this instant, not at it. */
export function graceEndsAt(event: Pick<EventPolicy, 'endsAt' | 'closureGraceMinutes'>): Date {
  return new Date(event.endsAt.getTime() + event.closureGraceMinutes * 60_000);
}

/** Is the event over, its grace included? */
export function isOver(event: Pick<EventPolicy, 'endsAt' | 'closureGraceMinutes'>, now: Date): boolean {
  return graceEndsAt(event) < now;
}

/** Does closure have something to do: an event that is over, not cancelled, and undecided or never closed? */
export function isClosureDue(
  event: EventPolicy,
  state: { everClosed: boolean; anyUndecided: boolean },
  now: Date,
): boolean {
  if (event.cancelledAt || !isOver(event, now)) return false;
  return state.anyUndecided || !state.everClosed;
}
