import type { DiscrepancyKind } from '@turnout/attendance/discrepancy';
import type { StoredEvent } from '@turnout/attendance-store/stored';
import type { DiscrepancyBody } from '@turnout/contracts/http/scans';
import { titleInSentence } from '@turnout/contracts/problems';
import { localTime } from '../answers/local-time.ts';

type Facts = Pick<DiscrepancyBody, 'enrollment' | 'refusal' | 'station' | 'previous'> & {
  scannedAt: Date;
  annulledAt: Date | null;
};

/** What the organizer reads: what happened at the door, what it counts for, and what to do now. */
export function explainDiscrepancy(kind: DiscrepancyKind, facts: Facts, event: StoredEvent): string {
  const { enrollment, refusal } = facts;
  const who = enrollment?.displayName ?? 'Somebody';
  const here = doorAt(facts, event);
  switch (kind) {
    case 'let_in_but_cancelled':
      return refusal === 'event_cancelled'
        ? `${who} was let through ${here}, but the event was cancelled. It does not count as attendance: tell the doors to admit nobody.`
        : `${who} was let through ${here}, but their ticket was cancelled. It does not count as attendance: find out whether the cancellation was a mistake.`;
    case 'same_ticket_twice':
      return `The ticket of ${who} was let through twice: ${bothDoors(facts, event)}. One of them may be somebody else with a copy of the badge.`;
    case 'let_in_but_refused':
      return `${who} was let through ${here}, but the scan was refused: ${titleInSentence(String(refusal))}. It does not count as attendance: if they were there, an admin can correct it.`;
    case 'sent_away_but_valid':
      if (facts.annulledAt) {
        return `${who} was sent away ${here}, though the ticket was valid. The check-in was annulled on ${localTime(facts.annulledAt, event.timeZone)}, so it does not count: there is nothing left to do.`;
      }
      return `${who} was sent away ${here}, though the ticket is valid. They count as present and the ticket is not used up: let them in when they come back.`;
  }
}

/** The door that was passed first comes first, whichever device uploaded sooner. */
function bothDoors(facts: Facts, event: StoredEvent): string {
  const here = doorAt(facts, event);
  if (!facts.previous) return `the second time ${here}`;
  const previous = { ...facts.previous, scannedAt: new Date(facts.previous.scannedAt) };
  const there = doorAt(previous, event);
  return previous.scannedAt <= facts.scannedAt ? `${there}, and ${here}` : `${here}, and ${there}`;
}

function doorAt({ station, scannedAt }: Pick<Facts, 'station' | 'scannedAt'>, event: StoredEvent): string {
  const time = localTime(scannedAt, event.timeZone);
  return station === null ? `on ${time}` : `at ${station} on ${time}`;
}
