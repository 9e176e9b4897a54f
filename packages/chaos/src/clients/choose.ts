import type { ChaosEvent, Person, World } from './world.ts';

/** A client keeps a small distance from the end of an event, as its clock is not the server's. */
const MARGIN_MS = 50;
/** Older events have ended long ago. */
const RECENT = 12;

export function anyItem<T>(items: readonly T[]): T | undefined {
  return items[Math.floor(Math.random() * items.length)];
}

/** One that goes on; all of them end within seconds, so that scans meet their closure. */
export function openEvent({ events }: World): ChaosEvent | undefined {
  const now = Date.now();
  return anyItem(events.slice(-RECENT).filter(({ endsAt }) => endsAt.getTime() > now + MARGIN_MS));
}

/** One that ended not long ago and is closed by now, or just being closed. */
export function endedEvent({ events }: World): ChaosEvent | undefined {
  const now = Date.now();
  return anyItem(events.slice(-2 * RECENT).filter(({ endsAt }) => endsAt.getTime() < now));
}

/** The first third of an event is left alone by scanners: somebody must be a no-show whom admins can correct. */
export function personToScan({ people }: ChaosEvent): Person | undefined {
  return anyItem(people.slice(Math.floor(people.length / 3)));
}

export function personLeftAlone({ people }: ChaosEvent): Person | undefined {
  return anyItem(people.slice(0, Math.floor(people.length / 3)));
}

/** A time on one of the event's days at which a device without a network could have made a scan. */
export function earlierTime({ startsAt, endsAt }: ChaosEvent): Date {
  const length = Math.min(endsAt.getTime(), Date.now()) - startsAt.getTime();
  return new Date(startsAt.getTime() + Math.floor(Math.random() * (length - 1_000)));
}
