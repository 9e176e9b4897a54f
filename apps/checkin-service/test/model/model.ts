/**
 * What Turnout promises, once more and as simply as can be: it shares no line with the rules that it checks. A step
 * does something to the real services and asks the model what should have been answered.
 */
import { dayOf, type EventTimes, eventDays } from './event-plan.ts';
import { asPrevious, type Foretold, type ForetoldPrevious, type Sighting, type Status } from './foretold.ts';
import { type Buyer, checkDoor, owes, putOrder, redeem, type WantedOrder } from './model-orders.ts';
import { isSameScan, type ModelScan } from './model-scan.ts';

export interface ModelCheckIn extends Sighting {
  id: string;
  direction: 'entry' | 'exit';
  annulled: boolean;
}

export interface ModelPerson extends Buyer {
  id: string;
  accessCode: string;
  status: Status;
  version: number;
  checkIns: ModelCheckIn[];
}

const TOLERANCE = 5 * 60_000;

export class Model {
  readonly people: ModelPerson[] = [];
  readonly #times: EventTimes;
  readonly #products: readonly string[];
  readonly #scans = new Map<string, { scan: ModelScan; answer: Foretold }>();
  #event: 'open' | 'closed' | 'cancelled' = 'open';

  /** @param products what is sold for the event */
  constructor(times: EventTimes, products: readonly string[]) {
    this.#times = times;
    this.#products = products;
  }

  /** The people as they are, to try something on them. */
  copyOfPeople(): Model {
    const copy = new Model(this.#times, this.#products);
    copy.people.push(...structuredClone(this.people));
    return copy;
  }

  /** @param made what was made of it, if it was not refused */
  enroll(made: { id: string; accessCode: string }): Foretold {
    if (this.#event === 'cancelled') return { status: 409, code: 'event_cancelled' };
    this.people.push({
      ...made,
      status: 'confirmed',
      version: 1,
      checkIns: [],
      order: null,
      doorChecks: [],
    });
    return { status: 201 };
  }

  /** Whatever has become of the person and the event. */
  putOrder(personId: string, wanted: WantedOrder, idOf: (productId: string) => string): Foretold {
    const person = this.people.find(({ id }) => id === personId);
    return person ? putOrder(person, wanted, idOf) : { status: 404, code: 'not_found' };
  }

  /** @param checkInId of the check-in that was made, if one was */
  scan(scan: ModelScan, now: number, checkInId: string): Foretold & { replayed: boolean } {
    const { asks } = scan;
    if (asks.for === 'check-in' && asks.admitUnpaid && !scan.bySupervisor) {
      return { status: 403, code: 'forbidden', replayed: false };
    }
    const earlier = this.#scans.get(scan.scanId);
    if (earlier) {
      return isSameScan(scan, earlier.scan)
        ? { ...earlier.answer, replayed: true }
        : { status: 409, code: 'scan_id_reused', replayed: false };
    }
    const answer = this.#judge(scan, now, checkInId);
    this.#scans.set(scan.scanId, { scan, answer });
    return { ...answer, replayed: false };
  }

  #judge(scan: ModelScan, now: number, checkInId: string): Foretold {
    const { asks, at, station, deviceId } = scan;
    const person = this.people.find(({ id }) => id === scan.personId);
    if (!person) return { status: 404, code: 'unknown_code' };
    if (this.#event === 'cancelled') return { status: 409, code: 'event_cancelled' };
    if (person.status === 'cancelled') return { status: 409, code: 'enrollment_cancelled' };
    switch (asks.for) {
      case 'check-in':
        return this.#checkIn(person, { at, station, deviceId, ...asks }, now, checkInId);
      case 'redemption':
        return this.#withHolder(person, redeem(person, asks.lineItemId));
      case 'door check': {
        const { productId } = asks;
        return this.#withHolder(
          person,
          checkDoor(person, { productId, at, station, deviceId }, this.#products),
        );
      }
    }
  }

  #withHolder(person: ModelPerson, answer: Foretold): Foretold {
    return answer.status === 201 ? { ...answer, enrollment: this.seen(person) } : answer;
  }

  #checkIn(person: ModelPerson, scan: CheckInAsked, now: number, checkInId: string): Foretold {
    if (scan.at > now + TOLERANCE) return { status: 422, code: 'scanned_in_future' };
    if (scan.at < this.#times.opensAt) return { status: 409, code: 'not_open_yet' };
    if (scan.at > this.#times.endsAt) return { status: 409, code: 'event_ended' };
    if (owes(person) && !scan.admitUnpaid) return { status: 409, code: 'order_unpaid' };

    const entries = person.checkIns.filter(counts);
    const day = dayOf(this.#times, scan.at);
    const spent = scan.direction === 'entry' ? this.#previous(this.#spent(entries, day), scan) : null;
    if (spent) return { status: 409, code: 'already_checked_in', previous: spent };

    const previous = this.#previous(entries, scan);
    const { at, direction, station, deviceId } = scan;
    person.checkIns.push({ id: checkInId, at, direction, station, deviceId, annulled: false });
    if (direction === 'entry') this.#movesOnEntry(person);
    return {
      status: 201,
      outcome: this.#outcome(scan, entries, day),
      day,
      enrollment: this.seen(person),
      previous,
    };
  }

  #outcome({ direction }: CheckInAsked, entries: readonly ModelCheckIn[], day: string): string {
    if (direction === 'exit') return 'exit';
    if (entries.length === 0) return 'first';
    return entries.some(({ at }) => dayOf(this.#times, at) === day) ? 're_entry' : 'new_day';
  }

  #movesOnEntry(person: ModelPerson): void {
    if (person.status === 'confirmed') move(person, 'checked_in');
    else if (person.status === 'no_show' && this.#met(person)) move(person, 'attended');
  }

  /** Entries that keep the ticket from being admitted again. */
  #spent(entries: readonly ModelCheckIn[], day: string): ModelCheckIn[] {
    const isEventDay = (one: string) => eventDays(this.#times).includes(one);
    const dayMade = ({ at }: ModelCheckIn) => dayOf(this.#times, at);
    if (this.#times.reentry === 'allowed') return [];
    if (this.#times.reentry === 'once_per_day') return entries.filter((entry) => dayMade(entry) === day);
    return entries.filter((entry) => isEventDay(dayMade(entry)) === isEventDay(day));
  }

  #previous(entries: readonly ModelCheckIn[], scan: Sighting): ForetoldPrevious | null {
    const inOrder = entries.toSorted((one, other) => one.at - other.at);
    const previous = inOrder.findLast((entry) => entry.at <= scan.at) ?? inOrder[0];
    return previous ? asPrevious(previous, scan) : null;
  }

  /** A device annuls its own, as long as it takes no verdict; who may annul anything is `anybodys`. */
  annul(checkInId: string, by: { deviceId: string; anybodys: boolean }): Foretold {
    const person = this.people.find(({ checkIns }) => checkIns.some(({ id }) => id === checkInId));
    const checkIn = person?.checkIns.find(({ id }) => id === checkInId);
    if (!person || !checkIn) return { status: 404, code: 'not_found' };
    if (!by.anybodys && checkIn.deviceId !== by.deviceId) return { status: 403, code: 'forbidden' };
    if (checkIn.annulled) return { status: 409, code: 'already_annulled' };
    checkIn.annulled = true;
    const takesVerdict = person.status === 'attended' && !this.#met(person);
    if (takesVerdict && !by.anybodys) {
      checkIn.annulled = false;
      return { status: 403, code: 'forbidden' };
    }
    if (takesVerdict) move(person, 'no_show');
    if (person.status === 'checked_in' && !person.checkIns.some(counts)) move(person, 'confirmed');
    return { status: 200, enrollment: this.seen(person) };
  }

  cancel(personId: string): Foretold {
    const person = this.people.find(({ id }) => id === personId);
    if (!person) return { status: 404, code: 'not_found' };
    if (person.status !== 'confirmed' && person.status !== 'checked_in') {
      return { status: 409, code: 'illegal_transition' };
    }
    move(person, 'cancelled');
    return { status: 200 };
  }

  /** Nobody's status changes; what is closed stays as it was judged. */
  cancelEvent(): Foretold {
    if (this.#event !== 'open') return { status: 409, code: `event_${this.#event}` };
    this.#event = 'cancelled';
    return { status: 200 };
  }

  /** What a closure decides, or why there is none. */
  close(now: number): { attended: number; noShow: number } | 'event_cancelled' | 'event_not_ended' {
    if (this.#event === 'cancelled') return 'event_cancelled';
    if (now <= this.#times.endsAt) return 'event_not_ended';
    this.#event = 'closed';
    const decided = { attended: 0, noShow: 0 };
    for (const person of this.people) {
      if (person.status !== 'confirmed' && person.status !== 'checked_in') continue;
      const met = person.status === 'checked_in' && this.#met(person);
      move(person, met ? 'attended' : 'no_show');
      decided[met ? 'attended' : 'noShow'] += 1;
    }
    return decided;
  }

  /** How many people are in: whose latest movement is an entry. */
  insideNow(): number {
    const latest = this.people.map(({ checkIns }) =>
      checkIns
        .filter(({ annulled }) => !annulled)
        .toSorted((one, other) => one.at - other.at)
        .at(-1),
    );
    return latest.filter((movement) => movement?.direction === 'entry').length;
  }

  seen(person: ModelPerson): NonNullable<Foretold['enrollment']> {
    const { id, status, version } = person;
    return { id, status, version, presentDays: this.#presentDays(person) };
  }

  #met(person: ModelPerson): boolean {
    return this.#presentDays(person).length >= this.#times.requiredDays;
  }

  #presentDays(person: ModelPerson): string[] {
    const days = new Set(person.checkIns.filter(counts).map(({ at }) => dayOf(this.#times, at)));
    return eventDays(this.#times).filter((day) => days.has(day));
  }
}

interface CheckInAsked extends Sighting {
  direction: 'entry' | 'exit';
  admitUnpaid: boolean;
}

function counts({ direction, annulled }: ModelCheckIn): boolean {
  return direction === 'entry' && !annulled;
}

function move(person: ModelPerson, to: Status): void {
  person.status = to;
  person.version += 1;
}
