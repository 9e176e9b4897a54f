/** How many days a person must be present on. */
export type Requirement = { type: 'all_days' } | { type: 'any_day' } | { type: 'minimum_days'; days: number };

/** Which further entries a ticket admits once it was admitted. */
export type Reentry = 'allowed' | 'once_per_day' | 'once';

/** What the rules need to know of an event. Instants are `Date`s, days are `YYYY-MM-DD` strings. */
export interface EventPolicy {
  /** An IANA name, see `isTimeZone`. */
  timeZone: string;
  startsAt: Date;
  /** After `startsAt`. The last instant of the event: a scan made exactly then is in time. */
  endsAt: Date;
  /** Local time `HH:MM` at which an event day begins. */
  dayBoundary: string;
  requirement: Requirement;
  reentry: Reentry;
  /** When scans are first accepted; null for the start of the first event day. */
  admissionOpensAt: Date | null;
  closureGraceMinutes: number;
  /** How long after `endsAt` closure waits at most for devices that still hold scans; 0 for not at all. */
  deviceGraceMinutes: number;
  cancelledAt: Date | null;
}

/** The part of an event that fixes its days. */
export type EventSpan = Pick<EventPolicy, 'timeZone' | 'startsAt' | 'endsAt' | 'dayBoundary'>;
