/**
 * What requests may hold in memory together.
 *
 * A body of ten megabytes costs several times that while it is inflated, decoded and parsed, and ten kilobytes of gzip
 * become one. So where a route takes more than `FREE_BYTES`, a larger body needs one of a few places before more of it
 * is read. A sender in such a place must get on with it, so that a few slow ones can't keep the others out for long. A
 * body over `QUICK_BYTES` needs one of more places from its last byte on, before it is parsed: what is made of a
 * thousand scans is large as well. How many values a body may hold is bounded for the same reason
 * (`http/parse-json.ts`).
 *
 * Nobody gets more than about half of the places, with however many devices and tokens: the app says who shares
 * them (`holderOf`), and what others send finds room beside it.
 */
import { SECOND } from '../durations.ts';
import { LONGEST_WAIT_MS, WAITING } from './overload.ts';
import { openPlaces, type Places } from './places.ts';

/** Bytes of a body, also after inflating, that are read without a place. */
export const FREE_BYTES = 300_000;
/** Bytes of a body that is worked on without a place: about 300 scans. */
export const QUICK_BYTES = 50_000;
const LARGE_ARRIVAL_MS = 10 * SECOND;

const READ_AT_ONCE = 3;
const WORKED_ON_AT_ONCE = 16;
const half = (count: number) => Math.ceil(count / 2);

export interface BodyPlaces {
  /** For bodies over `FREE_BYTES`, from there on. */
  reading: Places;
  /** For bodies over `QUICK_BYTES`, once they are read. */
  work: Places;
}

/** The places of one application, for all of its routes together; shown in its metrics. */
export function openBodyPlaces(): BodyPlaces {
  const patience = { waiting: WAITING, waitMs: LONGEST_WAIT_MS };
  const shared = (atOnce: number) => ({
    ...patience,
    atOnce,
    share: { places: half(atOnce), waiting: half(WAITING) },
  });
  return {
    reading: openPlaces({
      ...shared(READ_AT_ONCE),
      name: 'http_large_bodies',
      of: 'large bodies',
    }),
    work: openPlaces({
      ...shared(WORKED_ON_AT_ONCE),
      name: 'http_long_bodies',
      of: 'bodies that take long',
    }),
  };
}

/** The places that one request has: none, until it turns out to need one. */
export interface Room {
  /** Says of whose share the places are: before there is one. Until then it is nobody's in particular. */
  belongsTo(holder: string): void;
  /** To read on, or to work on what was read. False when there was no place in time; one that it has is kept. */
  enter(which: keyof BodyPlaces): Promise<boolean>;
  /** Gives the places back, if there are any. */
  leave(): void;
  /** How long it took to get them. */
  readonly waitedMs: number;
  /** In which the rest of a large body must arrive. */
  readonly arrivalMs: number;
}

/** The room of one request, to be left when it is over. `arrivalMs` is how long the rest of a large body may take. */
export function roomIn(places: BodyPlaces, arrivalMs = LARGE_ARRIVAL_MS): Room {
  const taken = new Map<keyof BodyPlaces, () => void>();
  let holder = '';
  let left = false;
  let waitedMs = 0;
  return {
    arrivalMs,
    belongsTo(whom) {
      holder = whom;
    },
    async enter(which) {
      if (taken.has(which)) return true;
      const since = performance.now();
      const giveBack = await places[which].take(holder);
      waitedMs += performance.now() - since;
      if (giveBack === null) return false;
      // Whoever went away while waiting does not come back.
      if (left) giveBack();
      else taken.set(which, giveBack);
      return true;
    },
    leave() {
      left = true;
      for (const giveBack of taken.values()) giveBack();
      taken.clear();
    },
    get waitedMs() {
      return waitedMs;
    },
  };
}
