import { openApi } from './api.ts';
import { tellStory } from './audit-trail.ts';
import { calendarFor } from './calendar.ts';
import { checkEvents } from './checks/events.ts';
import { checkMails } from './checks/mails.ts';
import { checkVerdicts } from './checks/verdicts.ts';
import { Differences } from './differences.ts';
import { listen } from './listen.ts';
import { readStatuses, readStories } from './read-back.ts';
import type { Show } from './show.ts';
import type { DemoStack, Say } from './stack.ts';
import { closeEvent } from './steps/close-event.ts';
import { cancelTickets, correctVerdicts, vouch } from './steps/decide-by-hand.ts';
import { createEvent, enrollEverybody, openTwoDoors } from './steps/prepare-event.ts';
import { scanBadges, uploadLater } from './steps/scan-badges.ts';
import { tryTheRefused } from './steps/try-the-refused.ts';

/**
 * Plays one event from enrollment to mailbox against a running stack, as its clients do: over HTTP, AMQP and what
 * the mailbox shows. Tells what happens, and compares all of it with what people.ts says must come of it.
 *
 * @returns `ok` is false when anything differs; the differences have been said by then
 * @throws when not even an event can be created
 */
export async function playDemo(options: {
  stack: DemoStack;
  say: Say;
}): Promise<{ eventId: string; ok: boolean }> {
  const { stack, say } = options;
  const { services, infrastructure, tokens } = stack;
  const started = performance.now();
  await using listener = await listen(infrastructure.amqpUrl);
  const admin = openApi(services.admin.url, tokens.admin);
  const calendar = calendarFor(new Date());
  const event = await createEvent(admin, calendar, say);
  const differences = new Differences();
  try {
    const people = await enrollEverybody(admin, event, say);
    await using desk = await openTwoDoors(admin, event, services.checkin.url);
    await play(
      {
        say,
        differences,
        calendar,
        listener,
        admin,
        closure: openApi(services.closure.url, tokens.admin),
        notifier: openApi(services.notifier.url, tokens.admin),
        supervisor: openApi(services.checkin.url, tokens.supervisor),
        doors: desk.doors,
        event,
        people,
      },
      infrastructure.mailboxUrl,
    );
  } catch (error) {
    differences.note(`the demo ended early: ${error instanceof Error ? error.message : String(error)}`);
  }
  const { found } = differences;
  for (const difference of found.slice(0, MOST_SHOWN)) say(`DIFFERENT: ${difference}`);
  const seconds = ((performance.now() - started) / 1_000).toFixed(1);
  say(found.length === 0 ? `All as expected, after ${seconds} s.` : `Differences: ${found.length}.`);
  return { eventId: event.id, ok: found.length === 0 };
}

const MOST_SHOWN = 20;

async function play(show: Show, mailboxUrl: string | null): Promise<void> {
  const { say } = show;
  await vouch(show);
  await scanBadges(show);
  say(
    `${await uploadLater(show, 'from an offline device')} scans from an offline device uploaded, in random order.`,
  );
  await cancelTickets(show);
  await tryTheRefused(show);

  await closeEvent(show);
  const closed = await readStatuses(show);

  const late = await uploadLater(show, 'after closure');
  const corrected = await correctVerdicts(show);
  say(`After closure: ${late} scans synced late; verdicts corrected by an admin: ${corrected}.`);

  const stories = await readStories(show);
  checkVerdicts(show, closed, stories);
  const events = await checkEvents(show);
  await checkMails(show, mailboxUrl);
  tellStory(show, stories, events);
}
