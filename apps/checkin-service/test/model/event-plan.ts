import fc from 'fast-check';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** What an event of a story is like. Its times are laid out around the moment at which the story begins. */
export interface EventPlan {
  phase: 'running' | 'ended';
  requirement: { type: 'all_days' } | { type: 'any_day' } | { type: 'minimum_days'; days: number };
  reentry: 'allowed' | 'once_per_day' | 'once';
  /** Admission opens a day before the first event day. */
  setUpDay: boolean;
}

export const anyEventPlan: fc.Arbitrary<EventPlan> = fc.record({
  phase: fc.constantFrom('running', 'ended'),
  requirement: fc.constantFrom<EventPlan['requirement'][]>(
    { type: 'all_days' },
    { type: 'any_day' },
    { type: 'minimum_days', days: 2 },
  ),
  reentry: fc.constantFrom('allowed', 'allowed', 'once_per_day', 'once'),
  setUpDay: fc.boolean(),
});

/** Three days of 24 hours in UTC; all instants in epoch milliseconds. */
export interface EventTimes {
  /** Where the first event day begins. */
  firstDay: number;
  dayCount: number;
  requiredDays: number;
  opensAt: number;
  startsAt: number;
  endsAt: number;
  reentry: EventPlan['reentry'];
}

const DAYS = 3;

/**
 * A day begins twelve hours from now, so that none begins while a story is told. Everything else keeps to whole hours
 * from there, and scans to quarter past and quarter to, so that no edge is ever hit by chance.
 */
export function layOut(plan: EventPlan, now: Date): EventTimes {
  const minute = Math.floor(now.getTime() / MINUTE) * MINUTE;
  const today = minute - DAY / 2;
  const firstDay = plan.phase === 'running' ? today - DAY : today - DAYS * DAY;
  return {
    firstDay,
    dayCount: DAYS,
    requiredDays: requiredDays(plan.requirement),
    opensAt: plan.setUpDay ? firstDay - DAY : firstDay,
    startsAt: firstDay + 2 * HOUR,
    endsAt: firstDay + DAYS * DAY - 2 * HOUR,
    reentry: plan.reentry,
  };
}

/** The body that creates the event. */
export function eventRequest(plan: EventPlan, times: EventTimes): object {
  const iso = (time: number) => new Date(time).toISOString();
  return {
    name: 'TypeScript Days',
    timeZone: 'UTC',
    startsAt: iso(times.startsAt),
    endsAt: iso(times.endsAt),
    dayBoundary: iso(times.firstDay).slice(11, 16),
    attendanceRequirement: plan.requirement,
    reentry: plan.reentry,
    admissionOpensAt: plan.setUpDay ? iso(times.opensAt) : null,
  };
}

/** The date on which a day begins is its name. */
export function dayOf({ firstDay }: EventTimes, at: number): string {
  const start = firstDay + Math.floor((at - firstDay) / DAY) * DAY;
  return new Date(start).toISOString().slice(0, 10);
}

export function eventDays({ firstDay, dayCount }: EventTimes): string[] {
  return Array.from({ length: dayCount }, (_, index) =>
    new Date(firstDay + index * DAY).toISOString().slice(0, 10),
  );
}

/**
 * When a scan is made: by the server's clock, by a device's that is a little ahead, or so many half hours into the
 * event.
 */
export type ScanTime = 'now' | 'slightly ahead' | number;

export const anyTimeMade: fc.Arbitrary<number> = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 0, max: 70 }) },
  { weight: 3, arbitrary: fc.integer({ min: 70, max: 138 }) },
  { weight: 1, arbitrary: fc.integer({ min: -48, max: 0 }) },
  { weight: 1, arbitrary: fc.integer({ min: -60, max: 160 }) },
);

export const anyScanTime: fc.Arbitrary<ScanTime> = fc.oneof(
  { weight: 3, arbitrary: anyTimeMade },
  { weight: 1, arbitrary: fc.constantFrom<ScanTime[]>('now', 'slightly ahead') },
);

/** @param offset milliseconds that keep two scans from being made in one instant */
export function timeMade({ firstDay }: EventTimes, halfHours: number, offset: number): number {
  return firstDay + halfHours * 30 * MINUTE + 15 * MINUTE + offset;
}

function requiredDays(requirement: EventPlan['requirement']): number {
  switch (requirement.type) {
    case 'all_days':
      return DAYS;
    case 'any_day':
      return 1;
    case 'minimum_days':
      return requirement.days;
  }
}
