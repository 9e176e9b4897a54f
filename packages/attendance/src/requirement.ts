import { scheduleOf } from './day-schedule.ts';
import { type DayEvidence, provesPresence } from './enrollment.ts';
import type { EventPolicy, EventSpan, Requirement } from './event.ts';

/** The most days an event may span. */
export const MAX_EVENT_DAYS = 366;

/** What the rule says of a person's check-ins, with its reasons. All days are event days, in order. */
export interface Evaluation {
  rule: Requirement['type'];
  met: boolean;
  presentDays: string[];
  requiredDays: number;
  missingDays: string[];
  eventDays: string[];
}

/** The reasons of a decision as its audit row keeps them. */
export interface Evidence {
  daysPresent: string[];
  required: number;
  rule: Requirement['type'];
}

/**
 * Can this requirement be met in an event of so many days? `minimum_days` takes a whole number from 1 to all of them.
 */
export function checkRequirement(
  requirement: Requirement,
  eventDayCount: number,
): 'requirement_exceeds_event_days' | null {
  if (requirement.type !== 'minimum_days') return null;
  const { days } = requirement;
  return Number.isInteger(days) && days >= 1 && days <= eventDayCount
    ? null
    : 'requirement_exceeds_event_days';
}

/** An event has at most 366 days. */
export function checkEventSpan(event: EventSpan): 'event_too_long' | null {
  return scheduleOf(event).days.length > MAX_EVENT_DAYS ? 'event_too_long' : null;
}

/**
 * Do these check-ins meet the event's requirement? A day is present with at least one entry on it that is not annulled,
 * however many there are. Check-ins on other dates, such as a set-up day, do not count.
 */
export function evaluate(
  event: EventSpan & Pick<EventPolicy, 'requirement'>,
  checkIns: readonly DayEvidence[],
): Evaluation {
  const { days } = scheduleOf(event);
  const seen = new Set<string>();
  for (const checkIn of checkIns) if (provesPresence(checkIn)) seen.add(checkIn.day);
  const presentDays: string[] = [];
  const missingDays: string[] = [];
  for (const day of days) (seen.has(day) ? presentDays : missingDays).push(day);
  const requiredDays = daysRequired(event.requirement, days.length);
  return {
    rule: event.requirement.type,
    met: presentDays.length >= requiredDays,
    presentDays,
    requiredDays,
    missingDays,
    eventDays: [...days],
  };
}

/** The evidence that an evaluation leaves in an audit row. */
export function evidenceOf(evaluation: Evaluation): Evidence {
  return {
    daysPresent: evaluation.presentDays,
    required: evaluation.requiredDays,
    rule: evaluation.rule,
  };
}

function daysRequired(requirement: Requirement, eventDayCount: number): number {
  switch (requirement.type) {
    case 'all_days':
      return eventDayCount;
    case 'any_day':
      return 1;
    case 'minimum_days':
      return requirement.days;
  }
}
