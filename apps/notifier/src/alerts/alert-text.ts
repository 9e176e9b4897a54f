import type { Text } from '../notifications/text.ts';
import type { DueAlert } from './due-alerts.ts';

/** What happened, in numbers and ids, and what to do next. It names no person. */
export function alertText(alert: DueAlert): Text {
  const { kind, untold, mails, slug, subjects } = alert;
  const whose = slug === null ? '' : `${slug}: `;
  const { title, happened, next } = words(kind, untold);
  const paragraphs = [
    slug === null ? happened : `${happened} This concerns the organization ${slug}.`,
    ...(subjects.length === 0 ? [] : [subjectList(alert)]),
    next,
    mails === 0
      ? 'Further failures of this kind are reported at most once an hour.'
      : `Already reported since ${alert.opened_at.toISOString()}: ${count(alert.told, 'failure').toLowerCase()} of this kind.`,
  ];
  return { subject: `[Turnout] ${whose}${title}`, text: `${paragraphs.join('\n\n')}\n` };
}

function words(kind: DueAlert['kind'], failures: number): { title: string; happened: string; next: string } {
  switch (kind) {
    case 'closure_failed':
      return {
        title: failures === 1 ? 'A closure failed' : `${failures} closures failed`,
        happened: `${count(failures, 'closure')} gave up after the last attempt. The people enrolled in the event have no verdict yet.`,
        next: 'It will be retried on schedule. GET /v1/events/{eventId}/closure-runs shows the cause; "npm run event:closure -- <eventId>" closes an event now.',
      };
    case 'dead_letter':
      return {
        title:
          failures === 1 ? 'A message could not be delivered' : `${failures} messages could not be delivered`,
        happened: `${count(failures, 'message')} could not be delivered and will not be retried automatically.`,
        next: 'GET /v1/dead-letters on the notifier and "npm run dead-letters -- list" list them with their reasons. Either way you can replay or drop them.',
      };
    case 'outbox_stuck':
      return {
        title: 'Events are not being published',
        happened:
          'Messages have been waiting in the outbox for more than a minute. Nothing is lost, but other systems and people are not notified.',
        next: 'Check that RabbitMQ is running and accepts messages, and that the publishing services are running.',
      };
  }
}

function subjectList({ kind, subjects, untold }: DueAlert): string {
  const title = { closure_failed: 'Events', dead_letter: 'Dead letters', outbox_stuck: 'Waiting since' }[
    kind
  ];
  const more = untold - subjects.length;
  return [
    `${title}:`,
    ...subjects.map((subject) => `  ${subject}`),
    ...(more > 0 ? [`  and ${more} more`] : []),
  ].join('\n');
}

function count(number: number, what: string): string {
  return number === 1 ? `One ${what}` : `${number} ${what}s`;
}
