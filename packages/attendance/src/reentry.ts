import type { CheckIn } from './enrollment.ts';
import type { EventPolicy } from './event.ts';
import { isEventDay } from './event-days.ts';

/**
 * The entries that keep a ticket from being admitted again on this day. With `once`, the one admission is to the event:
 * a set-up day does not spend it. Otherwise someone who helped to set up could never be counted as present, and the
 * order in which two devices upload would decide the verdict. Whoever was turned away has not been admitted, whatever
 * the server would have said: their ticket is not spent.
 */
export function spentEntries(event: EventPolicy, entries: readonly CheckIn[], day: string): CheckIn[] {
  switch (event.reentry) {
    case 'allowed':
      return [];
    case 'once_per_day':
      return entries.filter((entry) => !entry.turnedAway && entry.day === day);
    case 'once': {
      const toTheEvent = isEventDay(event, day);
      return entries.filter((entry) => !entry.turnedAway && isEventDay(event, entry.day) === toTheEvent);
    }
  }
}
