import type { DayEvidence, Enrollment } from './enrollment.ts';
import type { EventPolicy } from './event.ts';
import { dayOf, eventDays, isEventDay } from './event-days.ts';
import type { Move } from './moves.ts';
import { type IllegalTransition, type Refused, refused } from './refused.ts';
import { evaluate, evidenceOf } from './requirement.ts';

/**
 * An admin corrects a status: `no_show` to `attended`, which stands whatever evidence comes later, or `confirmed` to
 * `checked_in` with a check-in for a day. That day is the one named, or today if the event runs today.
 *
 * The reason is 3 to 500 characters after trimming; whoever takes the request checks it.
 */
export function decideOverride(
  event: EventPolicy,
  enrollment: Enrollment,
  override: Override,
  now: Date,
): OverrideDecision {
  if (event.cancelledAt) return refused({ code: 'event_cancelled', cancelledAt: event.cancelledAt });
  switch (override.to) {
    case 'attended':
      return correctMistake(event, enrollment, override.reason);
    case 'checked_in':
      return admitLate(event, enrollment, override, now);
  }
}

function correctMistake(event: EventPolicy, enrollment: Enrollment, reason: string): OverrideDecision {
  if (enrollment.status !== 'no_show') return illegal(enrollment, 'attended');
  const move: Move = {
    from: 'no_show',
    to: 'attended',
    triggeredBy: 'admin',
    code: 'override',
    reason,
    evidence: evidenceOf(evaluate(event, enrollment.checkIns)),
    verdictBy: 'override',
  };
  return { outcome: 'overridden', move, day: null };
}

function admitLate(
  event: EventPolicy,
  enrollment: Enrollment,
  override: Override,
  now: Date,
): OverrideDecision {
  if (enrollment.status !== 'confirmed') return illegal(enrollment, 'checked_in');
  const day = override.day ?? dayOf(event, now);
  if (!isEventDay(event, day)) {
    return override.day === null
      ? refused({ code: 'day_required', today: day, eventDays: eventDays(event) })
      : refused({ code: 'not_an_event_day', day, eventDays: eventDays(event) });
  }
  const checkIns: DayEvidence[] = [...enrollment.checkIns, { day, direction: 'entry', annulledAt: null }];
  const move: Move = {
    from: 'confirmed',
    to: 'checked_in',
    triggeredBy: 'admin',
    code: 'override',
    reason: override.reason,
    evidence: evidenceOf(evaluate(event, checkIns)),
    verdictBy: null,
  };
  return { outcome: 'overridden', move, day };
}

function illegal(enrollment: Enrollment, to: Override['to']): Refused<IllegalTransition> {
  return refused({ code: 'illegal_transition', from: enrollment.status, to });
}

export interface Override {
  to: 'attended' | 'checked_in';
  reason: string;
  /** For `checked_in`: the day the person was there, or null for today. */
  day: string | null;
}

/** `day` is that of the check-in to write, source `override`; null where none is written. */
export type OverrideDecision =
  | { outcome: 'overridden'; move: Move; day: string | null }
  | Refused<OverrideRefusal>;

export type OverrideRefusal =
  | { code: 'event_cancelled'; cancelledAt: Date }
  | IllegalTransition
  | { code: 'day_required'; today: string; eventDays: string[] }
  | { code: 'not_an_event_day'; day: string; eventDays: string[] };
