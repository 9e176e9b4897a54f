import { meter } from '../metrics.ts';

/**
 * Requests that are worked on at once, and those that may wait for it. More of them would not be answered sooner: each
 * would wait for the database, and so would whoever is really in a hurry. Who finds the queue full is told when to come
 * again.
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
  /** Of the metrics: `<name>_taken` and `<name>_waiting`. */
  name?: string;
  /** What has such a place, for the metrics. */
  of?: string;
}

export interface Places {
  /** Whether `take` would turn a request away. */
  readonly full: boolean;
  /** A function that gives the place back, or null when there is none in time. */
  take(): Promise<(() => void) | null>;
}

/** Opens so many places, all of them free. First come, first served. Metrics show how many are taken and wanted. */
export function openPlaces({
  atOnce,
  waiting,
  waitMs,
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
  /** First come, first served. */
  const queue = new Set<(mine: boolean) => void>();

  function giveBack(): void {
    const [next] = queue;
    if (next !== undefined) {
      next(true);
      return;
    }
    taken -= 1;
    inUse.add(-1);
  }

  function once(): () => void {
    let given = false;
    return () => {
      if (!given) giveBack();
      given = true;
    };
  }

  return {
    get full() {
      return queue.size >= waiting && taken >= atOnce;
    },
    async take() {
      if (taken < atOnce) {
        taken += 1;
        inUse.add(1);
        return once();
      }
      if (queue.size >= waiting) return null;
      queued.add(1);
      const isMine = await new Promise<boolean>((resolve) => {
        const called = (mine: boolean) => {
          clearTimeout(timer);
          queue.delete(called);
          resolve(mine);
        };
        const timer = setTimeout(called, waitMs, false);
        queue.add(called);
      });
      queued.add(-1);
      return isMine ? once() : null;
    },
  };
}
