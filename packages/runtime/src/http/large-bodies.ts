/**
 * What requests may hold in memory together before anybody has looked at it.
 *
 * Whoever brings more than `FREE_BYTES`, where a route takes that much, needs one of a few places from then on: a body of
 * ten megabytes costs several times that while it is inflated, decoded and parsed, and ten kilobytes of gzip become one.
 * How many values it may hold is bounded for the same reason (`http/parse-json.ts`). Nothing is read while a request waits. A sender in a place must get on with it, so that a few slow ones
 * can't keep the others out for long.
 */
import { SECOND } from '../durations.ts';
import { LONGEST_WAIT_MS, WAITING } from './overload.ts';
import { openPlaces, type Places } from './places.ts';

/** Bytes of a body, also after inflating, that need no place: a thousand scans are about half of it. */
export const FREE_BYTES = 300_000;
const LARGE_ARRIVAL_MS = 10 * SECOND;

const AT_ONCE = 3;

export function openLargeBodies(): Places {
  return openPlaces({
    atOnce: AT_ONCE,
    waiting: WAITING,
    waitMs: LONGEST_WAIT_MS,
    name: 'http_large_bodies',
    of: 'large bodies',
  });
}

/** What a request has of the places for large bodies: nothing, until it turns out to need one. */
export interface Room {
  /** False when there was no place in time. A request that has one keeps it. */
  enter(): Promise<boolean>;
  /** Gives the place back, if there is one. */
  leave(): void;
  /** How long it took to get one. */
  readonly waitedMs: number;
  /** In which the rest of the body must arrive from then on. */
  readonly arrivalMs: number;
}

export function roomIn(places: Places, arrivalMs = LARGE_ARRIVAL_MS): Room {
  let giveBack: (() => void) | null = null;
  let left = false;
  let waitedMs = 0;
  return {
    arrivalMs,
    async enter() {
      if (giveBack !== null) return true;
      const since = performance.now();
      giveBack = await places.take();
      waitedMs += performance.now() - since;
      // Whoever went away while waiting does not come back.
      if (left) this.leave();
      return giveBack !== null;
    },
    leave() {
      left = true;
      giveBack?.();
      giveBack = null;
    },
    get waitedMs() {
      return waitedMs;
    },
  };
}
