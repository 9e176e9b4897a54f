import { checkInAnnulledType } from '@turnout/contracts/events/check-in-annulled';
import { checkInRecordedType } from '@turnout/contracts/events/check-in-recorded';
import { enrollmentCancelledType } from '@turnout/contracts/events/enrollment-cancelled';
import { cloudEventsJson } from '@turnout/contracts/events/envelope';
import { eventClosedType } from '@turnout/contracts/events/event-closed';
import { participantAttendedType } from '@turnout/contracts/events/participant-attended';
import { participantNoShowType } from '@turnout/contracts/events/participant-no-show';
import { type PublicEvent, publicEvent } from '@turnout/contracts/events/public-event';
import type { Heard } from '../listen.ts';
import { acceptedEntries } from '../people.ts';
import { countOf, type Person, type Show } from '../show.ts';
import { waitFor } from '../wait-for.ts';

/** What an independent consumer must have heard of the event, and nothing more. Answers it, first arrivals only. */
export async function checkEvents(show: Show): Promise<PublicEvent[]> {
  const { listener, differences, say, people, event } = show;
  const expected = expectedCounts(people);
  const about = () => listener.heard.filter(({ text }) => text.includes(event.id));
  // Whatever is announced about one event arrives in the order of the commits: after the last one, nothing is missing.
  await waitFor(() => sum(countByType(firstArrivals(about()))) >= sum(expected));

  const heard = about();
  const first = firstArrivals(heard);
  const counts = countByType(first);
  const again = heard.length - first.length;
  const repeated = again === 0 ? '' : ` (${again} of them a second time, with the same id)`;
  say(`A consumer with its own queue received ${heard.length} events${repeated}:`);
  for (const type of new Set([...Object.keys(expected), ...Object.keys(counts)])) {
    const [should, did] = [expected[type] ?? 0, counts[type] ?? 0];
    const ok = differences.expect(`events ${type}`, did, should);
    say(`  ${type.padEnd(38)} ${String(did).padStart(3)}${ok ? '' : `   <-- expected ${should}`}`);
  }
  const before = differences.found.length;
  for (const message of heard) checkMessage(show, message);
  const events = first.flatMap(({ text }) => publicEvent.safeParse(JSON.parse(text)).data ?? []);
  checkOrder(show, events);
  if (differences.found.length === before)
    say('  Each matches its schema, in order for every person, without a name, address or code.');
  return events;
}

function expectedCounts(people: readonly Person[]): Record<string, number> {
  const scans = people.flatMap(({ kind }) => kind.scans);
  return {
    [checkInRecordedType]: people.reduce((total, { kind }) => total + acceptedEntries(kind), 0),
    [checkInAnnulledType]: scans.filter(({ annulled }) => annulled).length,
    [enrollmentCancelledType]: people.filter(({ kind }) => kind.cancelled).length,
    [participantNoShowType]: countOf(people, 'atClosure', 'no_show'),
    [participantAttendedType]: countOf(people, 'inTheEnd', 'attended'),
    [eventClosedType]: 1,
  };
}

/** At least once is what the stream promises: the same id may come again, and then says the same. */
function firstArrivals(heard: readonly Heard[]): Heard[] {
  return [
    ...new Map(heard.toReversed().map((message) => [message.messageId, message])).values(),
  ].toReversed();
}

function countByType(heard: readonly Heard[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { routingKey } of heard) counts[routingKey] = (counts[routingKey] ?? 0) + 1;
  return counts;
}

const sum = (counts: Record<string, number>) =>
  Object.values(counts).reduce((total, count) => total + count, 0);

function checkMessage({ differences, people }: Show, message: Heard): void {
  const { messageId, routingKey, contentType, text } = message;
  const parsed = publicEvent.safeParse(JSON.parse(text));
  if (!parsed.success) {
    differences.note(`the event ${messageId} is not in the shape of its contract: ${parsed.error.message}`);
    return;
  }
  const { id, type } = parsed.data;
  differences.expect(
    'id, type and content type of an event',
    { messageId, routingKey, contentType },
    {
      messageId: id,
      routingKey: type,
      contentType: cloudEventsJson,
    },
  );
  const lower = text.toLowerCase();
  for (const { name, email, accessCode } of people) {
    const named = [name, email, accessCode].filter((personal) => lower.includes(personal.toLowerCase()));
    if (named.length > 0) differences.note(`the event ${id} (${type}) names ${named.join(', ')}`);
  }
}

/** For one enrollment, `sequence` never goes back. */
function checkOrder({ differences }: Show, events: readonly PublicEvent[]): void {
  const latest = new Map<string, number>();
  for (const { subject, sequence, type, id } of events) {
    const before = latest.get(subject) ?? 0;
    if (sequence < before) {
      differences.note(`the event ${id} (${type}, sequence ${sequence}) came after sequence ${before}`);
    }
    latest.set(subject, Math.max(before, sequence));
  }
}
