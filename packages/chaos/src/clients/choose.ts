import type { ChaosEvent, Person, World } from './world.ts';

/** A client keeps a small distance from the end of an event, as its clock is not the server's. */
const MARGIN_MS = 50;
const SOON_MS = 4_000;

export function anyItem<T>(items: readonly T[]): T | undefined {
  return items[Math.floor(Math.random() * items.length)];
}

/** Mostly an event that is about to end, so that scans meet its closure; sometimes any that still goes on. */
export function openEvent({ events }: World): ChaosEvent | undefined {
  const now = Date.now();
  const open = events.filter(({ endsAt }) => endsAt.getTime() > now + MARGIN_MS);
  const soon = open.filter(({ endsAt }) => endsAt.getTime() < now + SOON_MS);
  return anyItem(Math.random() < 0.7 ? soon : open);
}

/** One that ended not long ago and is closed by now, or just being closed. */
export function endedEvent({ events }: World): ChaosEvent | undefined {
  const now = Date.now();
  const ended = events.filter(({ endsAt }) => endsAt.getTime() < now);
  return anyItem(ended.slice(-8));
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
