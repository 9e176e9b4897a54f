import type { Enrollment } from './enrollment.ts';
import type { EventSpan } from './event.ts';
import { dayOf } from './event-days.ts';

/**
 * The enrollment with the day of each scan as the event now draws its days, for when its time zone or day boundary changed.
 * An override's check-in keeps its day: a person named it.
 */
export function restateDays(event: EventSpan, enrollment: Enrollment): Enrollment {
  return {
    ...enrollment,
    checkIns: enrollment.checkIns.map((checkIn) =>
      checkIn.source === 'scan' ? { ...checkIn, day: dayOf(event, checkIn.scannedAt) } : checkIn,
    ),
  };
}
