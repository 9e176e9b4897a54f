import type { EventClosed } from '@turnout/contracts/events/event-closed';
import { z } from 'zod';
import type { Notification } from './notification.ts';
import type { Reader, Text } from './text.ts';

const count = z.int().min(0);
const content = z.object({
  eventId: z.uuid(),
  firstClosure: z.boolean(),
  counts: z.object({ attended: count, noShow: count }),
  totals: z.object({ attended: count, noShow: count, cancelled: count }),
});

/** Tells the organizers what a closure of their event has decided, in numbers. It names no person. */
export const eventWasClosed = {
  name: 'event-closed',

  about({ data }: EventClosed): Notification {
    const facts: z.infer<typeof content> = content.parse(data);
    return { enrollmentId: null, template: eventWasClosed.name, content: facts };
  },

  write(stored: unknown, { eventName }: Pick<Reader, 'eventName'>): Text {
    const { eventId, firstClosure, counts, totals } = content.parse(stored);
    const what = eventName === '' ? 'An event' : eventName;
    const happened = firstClosure ? 'was closed' : 'was closed again';
    const paragraphs = [
      `${what} ${happened}: ${counts.attended} attended, ${counts.noShow} did not.`,
      `In total, ${totals.attended} attended, ${totals.noShow} did not, and ${totals.cancelled} cancelled.`,
      `Event ${eventId}. GET /v1/events/{eventId}/closure-runs shows how it was closed.`,
      "You receive this message because your organization's settings ask for it.",
    ];
    return { subject: `${what} ${happened}`, text: `${paragraphs.join('\n\n')}\n` };
  },
} as const;
