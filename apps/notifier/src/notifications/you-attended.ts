import type { ParticipantAttended } from '@turnout/contracts/events/participant-attended';
import { z } from 'zod';
import type { Notification } from './notification.ts';
import type { Reader, Text } from './text.ts';

const content = z.object({ daysPresent: z.array(z.iso.date()), corrected: z.boolean() });

/** Tells a participant that their attendance is confirmed. */
export const youAttended = {
  name: 'you-attended',

  about({ data }: ParticipantAttended): Notification {
    const facts: z.infer<typeof content> = {
      daysPresent: data.evidence.daysPresent,
      corrected: data.corrects !== null,
    };
    return { enrollmentId: data.enrollmentId, template: youAttended.name, content: facts };
  },

  write(stored: unknown, { name, eventName }: Reader): Text {
    const { daysPresent, corrected } = content.parse(stored);
    const paragraphs = [
      `Hello ${name},`,
      `thank you for being part of ${eventName}. Your attendance is confirmed.`,
      ...(corrected ? ['We had previously recorded that you did not attend. This has been corrected.'] : []),
      ...(daysPresent.length > 0 ? [presence(daysPresent)] : []),
      'This message was sent automatically. If anything in it is wrong, please contact the organizer.',
    ];
    return { subject: `You attended ${eventName}`, text: `${paragraphs.join('\n\n')}\n` };
  },
} as const;

function presence(days: readonly string[]): string {
  const lines = days.toSorted().map((day) => `  ${longDate.format(new Date(`${day}T00:00:00Z`))}`);
  return `You were present on ${days.length === 1 ? 'one day' : `${days.length} days`}:\n${lines.join('\n')}`;
}

/** Friday, 1 May 2026. A day is a date of the calendar, so it is read and written without a time zone. */
const longDate = new Intl.DateTimeFormat('en-GB', {
  weekday: 'long',
  day: 'numeric',
  month: 'long',
  year: 'numeric',
  timeZone: 'UTC',
});
