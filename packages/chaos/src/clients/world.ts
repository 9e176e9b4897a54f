import { setTimeout as pause } from 'node:timers/promises';
import type { Db } from '@turnout/runtime/postgres';
import {
  type EventFacts,
  type GivenEnrollment,
  type GivenOrganization,
  givenEnrollments,
  givenEvent,
  givenOrder,
  givenOrganization,
  givenProduct,
  givenToken,
} from '@turnout/test-kit/given';

export interface Person extends GivenEnrollment {
  /** A lunch that is paid for. */
  lineItemId: string | null;
}

/** An event of three days that began the day before yesterday and ends while the run goes on. */
export interface ChaosEvent {
  id: string;
  startsAt: Date;
  endsAt: Date;
  /** Days present that make somebody attend. */
  required: number;
  people: Person[];
}

export interface World {
  organization: GivenOrganization;
  /** Tokens of front-desk devices. */
  devices: string[];
  events: ChaosEvent[];
}

const DAY_MS = 24 * 60 * 60_000;
const DEVICES = 4;
/** One event ends after the other, so that closure always has something to do. */
const END_EVERY_MS = 1_000;
/** What is left of an event when the clients first see it. */
const LASTS_MS = 6_000;
const PEOPLE = 45;
const WITH_LUNCH = 5;

/** Makes the organization and its devices, straight in the database, and the first event. */
export async function makeWorld(db: Db): Promise<World> {
  const organization = await givenOrganization(db);
  const devices = await Promise.all(
    Array.from({ length: DEVICES }, () => givenToken(db, organization.id, 'front_desk')),
  );
  const world: World = { organization, devices, events: [] };
  await addEvent(db, world);
  return world;
}

/**
 * Adds an event every second until it is stopped. With the database away there is none; the next second has its own.
 */
export function keepAddingEvents(db: Db, world: World): { stop(): Promise<void> } {
  const stopping = new AbortController();
  const { signal } = stopping;
  const adding = (async () => {
    while (!signal.aborted) {
      await addEvent(db, world).catch(() => undefined);
      await pause(END_EVERY_MS, undefined, { signal }).catch(() => undefined);
    }
  })();
  return {
    async stop() {
      stopping.abort();
      await adding;
    },
  };
}

async function addEvent(db: Db, world: World): Promise<void> {
  const endsAt = new Date(Date.now() + LASTS_MS);
  const event = await makeEvent(db, world.organization.id, endsAt, world.events.length);
  world.events.push(event);
}

async function makeEvent(db: Db, organizationId: string, endsAt: Date, index: number): Promise<ChaosEvent> {
  const startsAt = new Date(endsAt.getTime() - 2 * DAY_MS);
  const days = daysFrom(startsAt, endsAt);
  const rules: [required: number, facts: EventFacts][] = [
    [1, { requirement_type: 'any_day' }],
    [2, { requirement_type: 'minimum_days', requirement_days: 2 }],
    [days, { requirement_type: 'all_days' }],
  ];
  const [required, facts] = rules[index % rules.length] as (typeof rules)[number];
  const eventId = await givenEvent(db, organizationId, { ...facts, starts_at: startsAt, ends_at: endsAt });
  const enrolled = await givenEnrollments(db, organizationId, eventId, PEOPLE);
  const productId = await givenProduct(db, eventId);
  const people: Person[] = [];
  for (const [position, person] of enrolled.entries()) {
    const order = { eventId, enrollmentId: person.id };
    const [lineItemId = null] =
      position < WITH_LUNCH ? await givenOrder(db, order, [{ productId, quantity: 2 }]) : [];
    people.push({ ...person, lineItemId });
  }
  return { id: eventId, startsAt, endsAt, required, people };
}

/** How many dates of Berlin there are from one instant to the other, both included. */
function daysFrom(from: Date, to: Date): number {
  const dateOf = (at: Date) => Date.parse(at.toLocaleDateString('sv-SE', { timeZone: 'Europe/Berlin' }));
  return Math.round((dateOf(to) - dateOf(from)) / DAY_MS) + 1;
}
