import { openLocks } from '@turnout/runtime/lock';
import { type GivenEnrollment, givenEnrollments } from '@turnout/test-kit/given';
import { requiredVariable } from '@turnout/test-kit/required-variable';
import { alwaysYes, type ClosingKit, checkIn, givenThreeDays } from './closing-kit.ts';

/** Closing is tried with the lock and with one that always says yes: what is right must not rest on it. */
export const bothLocks = [
  {
    lock: 'the lock',
    open: () => openLocks({ urls: [requiredVariable('TEST_REDIS_URL')], logger: console }),
  },
  { lock: 'a lock that always says yes', open: () => alwaysYes },
];

export const firstDay = '2026-05-01T10:00:00+02:00';
export const secondDay = '2026-05-02T10:00:00+02:00';

export const order = (eventId: string) => ({ eventId, trigger: 'schedule', onlyIfDue: false }) as const;

export const ids = (people: readonly GivenEnrollment[]) => people.map(({ id }) => id);

/** Enrolls so many people. */
export async function enrollInto(
  kit: ClosingKit,
  eventId: string,
  count: number,
): Promise<GivenEnrollment[]> {
  return await givenEnrollments(kit.db, kit.organization.id, eventId, count);
}

/** An event of so many people, the first half of whom came on two days. */
export async function givenHalfAttendedEvent(kit: ClosingKit, count: number) {
  const eventId = await givenThreeDays(kit);
  const people = await enrollInto(kit, eventId, count);
  await checkIn(kit, eventId, ids(people.slice(0, count / 2)), firstDay, secondDay);
  return { eventId, people };
}
