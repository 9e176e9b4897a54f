import type { DiscrepancyKind } from '@turnout/attendance/discrepancy';
import type { StoredEvent } from '@turnout/attendance-store/stored';
import type { DiscrepancyBody } from '@turnout/contracts/http/scans';
import { problemCatalog } from '@turnout/contracts/problems';
import { localTime } from './local-time.ts';

type Facts = Pick<DiscrepancyBody, 'enrollment' | 'refusal' | 'station' | 'previous'> & { scannedAt: Date };

/** What the organiser reads: what happened at the door, what it counts for, and what can be done. */
export function explainDiscrepancy(kind: DiscrepancyKind, facts: Facts, event: StoredEvent): string {
  const { enrollment, refusal, station, previous, scannedAt } = facts;
  const who = enrollment?.displayName ?? 'Somebody';
  const here = doorAt(station, scannedAt, event);
  switch (kind) {
    case 'let_in_but_cancelled': {
      const what = refusal === 'event_cancelled' ? 'the event' : 'their ticket';
      return `${who} was let through ${here}, but ${what} was cancelled. It does not count as attendance: ask the person whether they know.`;
    }
    case 'same_ticket_twice': {
      const there = previous && doorAt(previous.station, new Date(previous.scannedAt), event);
      const doors = there ? `${there}, and ${here}` : `the second time ${here}`;
      return `The ticket of ${who} was let through twice: ${doors}. One of them may be somebody else with the same badge: look for a copy.`;
    }
    case 'let_in_but_refused':
      return `${who} was let through ${here}, but the scan is refused: ${titleOf(refusal)}. It does not count as attendance: if they were there, an admin can correct that.`;
    case 'sent_away_but_valid':
      return `${who} was sent away ${here}, though the ticket is valid. It counts as having come and the ticket is not used up: let them in when they come back.`;
  }
}

function doorAt(station: string | null, at: Date, event: StoredEvent): string {
  const time = localTime(at, event.timeZone);
  return station === null ? `on ${time}` : `at ${station} on ${time}`;
}

/** The title of a problem inside a sentence. */
function titleOf(refusal: string | null): string {
  const known: Record<string, { title: string }> = problemCatalog;
  const title = known[refusal ?? '']?.title ?? String(refusal);
  return title.charAt(0).toLowerCase() + title.slice(1);
}
