/**
 * What supervisors watch while an event runs. However many listen, an event is looked at by one watcher in this
 * process: only while somebody listens, at most once a second, and after each look not again for ten times as long as
 * it took, so that a huge event costs the database no more than a tenth of one connection.
 *
 * Listeners hear what differs from what they heard last. One that is slow hears the newest and misses what came
 * between; each look is complete, so it misses nothing that still holds. While the database is away the watcher goes on
 * trying, and its listeners hear nothing.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import type { EventLook } from '@turnout/attendance-store/door/look-at-event';
import { SECOND } from '@turnout/runtime/durations';
import type { Logger } from '@turnout/runtime/logger';
import { isUnavailable } from '@turnout/runtime/postgres';

export interface LiveView extends AsyncDisposable {
  /** The event as it stands, as soon as that is known, then again whenever it differs, until the signal is aborted. */
  follow(eventId: string, signal: AbortSignal): AsyncIterable<EventLook>;
}

interface Watched {
  latest: EventLook | null;
  /** How often `latest` was another than before, apart from its time. */
  revision: number;
  /** One for each listener: tells it of a new revision. */
  bells: Set<() => void>;
}

const LEAST_PAUSE_MS = SECOND;
const PAUSE_PER_LOOK = 10;

/** Opens the view; nothing is looked at before somebody follows. Disposing ends all watchers. */
export function openLiveView(
  look: (eventId: string) => Promise<EventLook>,
  logger: Pick<Logger, 'warn' | 'error'>,
  { leastPauseMs = LEAST_PAUSE_MS }: { leastPauseMs?: number } = {},
): LiveView {
  const events = new Map<string, Watched>();
  const watchers = new Set<Promise<void>>();
  const closing = new AbortController();
  // A watcher outlives the request of its first listener, and is no part of its trace.
  const outsideRequests = AsyncLocalStorage.snapshot();

  /** Ends when, after a pause, nobody listens; so whoever comes back quickly causes no look of their own. */
  async function watch(eventId: string, watched: Watched): Promise<void> {
    let failing = false;
    while (watched.bells.size > 0 && !closing.signal.aborted) {
      const startedAt = performance.now();
      try {
        announce(watched, await look(eventId));
        failing = false;
      } catch (error) {
        if (!failing)
          logger[isUnavailable(error) ? 'warn' : 'error']({ err: error }, 'the live view is blind');
        failing = true;
      }
      const pauseMs = Math.max(leastPauseMs, PAUSE_PER_LOOK * (performance.now() - startedAt));
      await sleep(pauseMs, undefined, { signal: closing.signal }).catch(() => undefined);
    }
    events.delete(eventId);
  }

  function watchedEvent(eventId: string, bell: () => void): Watched {
    const known = events.get(eventId);
    known?.bells.add(bell);
    if (known) return known;
    const watched: Watched = { latest: null, revision: 0, bells: new Set([bell]) };
    events.set(eventId, watched);
    const watcher = outsideRequests(watch, eventId, watched).finally(() => watchers.delete(watcher));
    watchers.add(watcher);
    return watched;
  }

  async function* follow(eventId: string, signal: AbortSignal): AsyncGenerator<EventLook> {
    let ring = () => {};
    const bell = () => ring();
    const watched = watchedEvent(eventId, bell);
    signal.addEventListener('abort', bell, { once: true });
    try {
      let told = 0;
      while (!signal.aborted) {
        const { latest, revision } = watched;
        if (latest && revision !== told) {
          told = revision;
          yield latest;
        } else {
          await new Promise<void>((resolve) => {
            ring = resolve;
          });
        }
      }
    } finally {
      signal.removeEventListener('abort', bell);
      watched.bells.delete(bell);
    }
  }

  return {
    follow,
    async [Symbol.asyncDispose]() {
      closing.abort();
      await Promise.all(watchers);
    },
  };
}

function announce(watched: Watched, look: EventLook): void {
  const same = watched.latest && isDeepStrictEqual({ ...look, at: null }, { ...watched.latest, at: null });
  watched.latest = look;
  if (same) return;
  watched.revision += 1;
  for (const ring of watched.bells) ring();
}
