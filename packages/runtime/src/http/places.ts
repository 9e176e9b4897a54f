import { meter } from '../metrics.ts';

/**
 * Requests that are worked on at once, and those that may wait for it. More of them would not be answered sooner: each
 * would wait for the database, and so would whoever is really in a hurry. Who finds the queue full is told when to come
 * again. Where one holder may have a share only, nobody else waits for the rest of what that holder sends.
 *
 * Places are for everything but what a route calls urgent. They are fewer than the connections to the database, so that
 * an urgent request finds one however many others there are.
 */
export interface PlacesOptions {
  /** Requests worked on at once. */
  atOnce: number;
  /** Requests that may wait for a place. */
  waiting: number;
  /** How long one waits before it is turned away. */
  waitMs: number;
  /** The most that one holder may have: of the places, and of those who wait. Without it one may have all. */
  share?: { places: number; waiting: number };
  /** Of the metrics: `<name>_taken` and `<name>_waiting`. */
  name?: string;
  /** What has such a place, for the metrics. */
  of?: string;
}

export interface Places {
  /** Whether `take` would turn a request away. */
  readonly full: boolean;
  /** A function that gives the place back, or null when there is none in time for this holder. */
  take(holder?: string): Promise<(() => void) | null>;
}

interface Waiter {
  holder: string;
  called(mine: boolean): void;
}

/** Opens so many places, all of them free. First come, first served. Metrics show how many are taken and wanted. */
export function openPlaces({
  atOnce,
  waiting,
  waitMs,
  share = { places: atOnce, waiting },
  name = 'http_places',
  of = 'what is not urgent',
}: PlacesOptions): Places {
  const inUse = meter.createUpDownCounter(`${name}_taken`, {
    description: `requests that have one of the places for ${of}`,
  });
  const queued = meter.createUpDownCounter(`${name}_waiting`, {
    description: 'requests that wait for such a place',
  });
  let taken = 0;
  inUse.add(0);
  queued.add(0);
  /** First come, first served, among those who don't have their share. */
  const queue = new Set<Waiter>();
  const takenBy = new Map<string, number>();
  const waitingOf = new Map<string, number>();

  const hasShare = (holder: string) => (takenBy.get(holder) ?? 0) >= share.places;

  function giveBack(holder: string): void {
    count(takenBy, holder, -1);
    for (const next of queue) {
      if (hasShare(next.holder)) continue;
      count(takenBy, next.holder, 1);
      next.called(true);
      return;
    }
    taken -= 1;
    inUse.add(-1);
  }

  function once(holder: string): () => void {
    let given = false;
    return () => {
      if (!given) giveBack(holder);
      given = true;
    };
  }

  return {
    get full() {
      return queue.size >= waiting && taken >= atOnce;
    },
    async take(holder = '') {
      if (taken < atOnce && !hasShare(holder)) {
        taken += 1;
        count(takenBy, holder, 1);
        inUse.add(1);
        return once(holder);
      }
      if (queue.size >= waiting || (waitingOf.get(holder) ?? 0) >= share.waiting) return null;
      queued.add(1);
      count(waitingOf, holder, 1);
      const isMine = await new Promise<boolean>((resolve) => {
        const waiter: Waiter = {
          holder,
          called(mine) {
            clearTimeout(timer);
            queue.delete(waiter);
            count(waitingOf, holder, -1);
            resolve(mine);
          },
        };
        const timer = setTimeout(waiter.called, waitMs, false);
        queue.add(waiter);
      });
      queued.add(-1);
      return isMine ? once(holder) : null;
    },
  };
}

/** Keeps no entry of whoever has none. */
function count(counts: Map<string, number>, holder: string, change: number): void {
  const sum = (counts.get(holder) ?? 0) + change;
  if (sum === 0) counts.delete(holder);
  else counts.set(holder, sum);
}
