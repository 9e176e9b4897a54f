import type { EventBody } from '@turnout/contracts/http/events';
import type { Api } from './api.ts';
import type { Calendar } from './calendar.ts';
import type { Differences } from './differences.ts';
import type { Listener } from './listen.ts';
import type { Kind, Scan, Verdict } from './people.ts';
import type { Say } from './stack.ts';

/** Somebody of the cast, enrolled. */
export interface Person {
  name: string;
  email: string;
  kind: Kind;
  enrollmentId: string;
  accessCode: string;
}

/** A device at a door, with a token of its own that is good for this event only. */
export interface Door {
  name: string;
  api: Api;
}

/** Everything the steps and the checks share. */
export interface Show {
  say: Say;
  differences: Differences;
  calendar: Calendar;
  listener: Listener;
  /** The services as an admin uses them. */
  admin: Api;
  closure: Api;
  notifier: Api;
  /** checkin-service as a supervisor uses it. */
  supervisor: Api;
  doors: [Door, Door];
  event: EventBody;
  people: Person[];
}

/** The people of the kinds that fit. */
export function allOf(people: readonly Person[], fits: (kind: Kind) => boolean): Person[] {
  return people.filter(({ kind }) => fits(kind));
}

/** Every scan that reaches the server in this way, with who is scanned. */
export function scansThat(
  people: readonly Person[],
  arrives: Scan['arrives'],
): { person: Person; scan: Scan }[] {
  return people.flatMap((person) =>
    person.kind.scans.filter((scan) => scan.arrives === arrives).map((scan) => ({ person, scan })),
  );
}

/** How many are expected to have this verdict then. */
export function countOf(people: readonly Person[], when: 'atClosure' | 'inTheEnd', verdict: Verdict): number {
  return people.filter(({ kind }) => kind[when] === verdict).length;
}
