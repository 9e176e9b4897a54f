import { type EventClosed, eventClosedType } from '@turnout/contracts/events/event-closed';
import { type Announced, findAnnounced } from '../announced.ts';
import type { Heard } from '../clients/other-team.ts';
import type { Stage } from '../stage.ts';

/**
 * What was on the wire, compared with what was committed: nothing missing, nothing that was never committed, in order.
 */
export async function checkWire({ db, otherTeam }: Stage): Promise<string[]> {
  const announced = await findAnnounced(db);
  const { heard } = otherTeam;
  const committed = new Set(announced.map(({ id }) => id));
  const received = new Set(heard.map(({ id }) => id));
  return [
    ...announced
      .filter(({ id }) => !received.has(id))
      .map(({ id }) => `the message ${id} was committed and never published`),
    ...[...received]
      .filter((id) => !committed.has(id))
      .map((id) => `the message ${id} was published and never committed`),
    ...outOfOrder(announced, heard),
    ...closedTwice(heard),
  ];
}

/** Copies of messages that were published more than once; what the broker handed out again is not among them. */
export function countDuplicates(heard: readonly Heard[]): number {
  const published = heard.filter(({ redelivered }) => !redelivered);
  return published.length - new Set(published.map(({ id }) => id)).size;
}

/**
 * A message may not come for the first time when a later one of its event has come for the last time. A copy may repeat
 * what was there before, which consumers tell by its id.
 */
export function outOfOrder(announced: readonly Announced[], heard: readonly Heard[]): string[] {
  const first = new Map<string, number>();
  const last = new Map<string, number>();
  for (const [place, { id }] of heard.entries()) {
    if (!first.has(id)) first.set(id, place);
    last.set(id, place);
  }
  const latest = new Map<string, { id: string; place: number }>();
  const problems: string[] = [];
  for (const { id, eventId } of announced) {
    const before = latest.get(eventId);
    const place = first.get(id);
    if (place === undefined) continue;
    if (before && (last.get(id) ?? place) < before.place) {
      problems.push(
        `of the event ${eventId} the message ${id} came before ${before.id}, which was committed earlier`,
      );
    }
    if (!before || place > before.place) latest.set(eventId, { id, place });
  }
  return problems;
}

/** An event is closed for the first time once; whatever is announced after that must have decided something. */
export function closedTwice(heard: readonly Heard[]): string[] {
  const closed = new Map(heard.filter(({ type }) => type === eventClosedType).map((one) => [one.id, one]));
  const byEvent = Map.groupBy(closed.values(), ({ eventId }) => eventId);
  return [...byEvent].flatMap(([eventId, messages]) => {
    const facts = messages.map(({ message }) => JSON.parse(message.content.toString()) as EventClosed);
    const first = facts.filter(({ data }) => data.firstClosure).length;
    const idle = facts.filter(({ data: { firstClosure, counts } }) => {
      return !firstClosure && counts.attended + counts.noShow === 0;
    }).length;
    return first === 1 && idle === 0
      ? []
      : [`the event ${eventId} was closed for the first time ${first} times, and ${idle} times for nothing`];
  });
}
