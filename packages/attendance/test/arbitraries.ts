import fc from 'fast-check';
import type { DayEvidence } from '../src/enrollment.ts';
import type { EventPolicy, EventSpan, Requirement } from '../src/event.ts';
import { eventDays } from '../src/event-days.ts';
import { hours } from './builders.ts';

const day = hours(24);

/** Where clocks do odd things: gaps, overlaps, at midnight, of half an hour, of a whole day. */
const oddMoments: readonly [zone: string, around: string][] = [
  ['Europe/Berlin', '2026-03-29'],
  ['Europe/Berlin', '2026-10-25'],
  ['America/Sao_Paulo', '2018-11-04'],
  ['America/Sao_Paulo', '2018-02-18'],
  ['America/Havana', '2025-03-09'],
  ['America/Havana', '2025-11-02'],
  ['America/St_Johns', '2010-11-07'],
  ['Asia/Beirut', '2023-03-26'],
  ['Asia/Kathmandu', '1986-01-01'],
  ['Australia/Lord_Howe', '2026-04-05'],
  ['Antarctica/Troll', '2026-03-29'],
  ['Africa/Casablanca', '2026-02-15'],
  ['Pacific/Apia', '2011-12-30'],
  ['Pacific/Kwajalein', '1993-08-21'],
  ['Pacific/Kiritimati', '1994-12-31'],
];

const anyMoment = fc.tuple(
  fc.constantFrom(...Intl.supportedValuesOf('timeZone')),
  fc.integer({ min: Date.UTC(1990, 0), max: Date.UTC(2040, 0) }),
);

const oddMoment = fc
  .tuple(fc.constantFrom(...oddMoments), fc.integer({ min: -3 * day, max: 2 * day }))
  .map(([[zone, around], shift]) => [zone, Date.parse(around) + shift] as const);

const duration = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 1, max: 5 * day }) },
  { weight: 1, arbitrary: fc.integer({ min: 1, max: 364 * day }) },
);

const dayBoundary = fc.oneof(
  fc.constantFrom('00:00', '04:00', '02:30', '23:59'),
  fc
    .tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 }))
    .map((parts) => parts.map((part) => String(part).padStart(2, '0')).join(':')),
);

/** Any event that is allowed, in any zone, often around a change of its clock. */
export const anySpan: fc.Arbitrary<EventSpan> = fc
  .tuple(fc.oneof(anyMoment, oddMoment), duration, dayBoundary)
  .map(([[timeZone, starts], lasts, boundary]) => ({
    timeZone,
    startsAt: new Date(starts),
    endsAt: new Date(starts + lasts),
    dayBoundary: boundary,
  }));

export const anyRequirement = (eventDayCount: number): fc.Arbitrary<Requirement> =>
  fc.oneof(
    fc.constant<Requirement>({ type: 'all_days' }),
    fc.constant<Requirement>({ type: 'any_day' }),
    fc.integer({ min: 1, max: eventDayCount }).map((days): Requirement => ({ type: 'minimum_days', days })),
  );

/** Any event with a requirement it can meet and any reentry policy; sometimes admission opens days before. */
export const anyPolicy: fc.Arbitrary<EventPolicy> = anySpan.chain((span) =>
  fc.record({
    timeZone: fc.constant(span.timeZone),
    startsAt: fc.constant(span.startsAt),
    endsAt: fc.constant(span.endsAt),
    dayBoundary: fc.constant(span.dayBoundary),
    requirement: anyRequirement(eventDays(span).length),
    reentry: fc.constantFrom('allowed', 'once_per_day', 'once'),
    admissionOpensAt: fc.constantFrom(null, new Date(span.startsAt.getTime() - 3 * day)),
    closureGraceMinutes: fc.nat(120),
    deviceGraceMinutes: fc.nat(120),
    cancelledAt: fc.constant(null),
  }),
);

/** An instant from three days before the event to one after it, often an edge of it. */
export const anyInstantAround = (event: EventSpan): fc.Arbitrary<Date> =>
  fc
    .oneof(
      fc.constantFrom(event.startsAt.getTime(), event.endsAt.getTime(), event.endsAt.getTime() - 1),
      fc.integer({ min: event.startsAt.getTime(), max: event.endsAt.getTime() }),
      fc.integer({ min: event.startsAt.getTime() - 3 * day, max: event.endsAt.getTime() + day }),
    )
    .map((time) => new Date(time));

/** Check-ins on event days and on others, entries and exits, some annulled. */
export const anyEvidence = (event: EventSpan): fc.Arbitrary<DayEvidence[]> =>
  fc.array(
    fc.record({
      day: fc.oneof(
        { weight: 4, arbitrary: fc.constantFrom(...eventDays(event)) },
        { weight: 1, arbitrary: fc.constantFrom('1989-01-01', '2041-01-01') },
      ),
      direction: fc.constantFrom('entry', 'entry', 'exit'),
      annulledAt: fc.constantFrom(null, null, event.startsAt),
    }),
    { maxLength: 12 },
  );
