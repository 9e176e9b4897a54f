import { randomUUID } from 'node:crypto';
import type { GivenEnrollment } from '@turnout/test-kit/given';
import { givenEnrollments, givenEvent } from '@turnout/test-kit/given';
import { waitUntil } from '@turnout/test-kit/wait-until';
import type { Rehearsal } from './rehearsal.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const EVERY_MS = 100;
/** Scans that nobody has answered yet; further ones are left out. */
const MOST_OPEN = 100;
/** So that somebody new gets in, which is announced, for half an hour. */
const PEOPLE = 18_000;

/** Scans, at a steady pace whatever the answers: some of them with a code that nobody has, some sent twice. */
export async function openDoor({ db, organization, checkinUrl }: Rehearsal): Promise<AsyncDisposable> {
  const now = Date.now();
  const eventId = await givenEvent(db, organization.id, {
    starts_at: new Date(now - HOUR),
    ends_at: new Date(now + DAY),
  });
  const people = await givenEnrollments(db, organization.id, eventId, PEOPLE);
  const open = new Set<Promise<void>>();
  let count = 0;
  const timer = setInterval(() => {
    if (open.size >= MOST_OPEN) return;
    count += 1;
    const person = people[count % people.length];
    const accessCode = count % 10 === 0 || person === undefined ? 'NOBODYHASTHIS123' : person.accessCode;
    const scan = { scanId: randomUUID(), accessCode, station: `Door ${count % 3}` };
    const send = () => post(checkinUrl, organization.tokens.front_desk, eventId, scan);
    const sent: Promise<void> = (count % 7 === 0 ? send().then(send) : send())
      // An answer that never comes is one of the faults.
      .then(
        () => undefined,
        () => undefined,
      )
      .finally(() => open.delete(sent));
    open.add(sent);
  }, EVERY_MS);
  return {
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      await Promise.all(open);
    },
  };
}

/** An event that is over: some attended, which a device tells only now. Closure has it when it is let go. */
export async function givenEndedEvent(
  { db, organization, checkinUrl }: Rehearsal,
  { attended = 4 } = {},
): Promise<{ eventId: string; people: GivenEnrollment[]; letGo(): Promise<void> }> {
  const eventId = await givenEvent(db, organization.id, { closure_grace_minutes: 10_000 });
  const people = await givenEnrollments(db, organization.id, eventId, attended + 2);
  const scannedAt = new Date(Date.now() - 2 * DAY).toISOString();
  for (const { accessCode } of people.slice(0, attended)) {
    const scan = { scanId: randomUUID(), accessCode, scannedAt };
    const response = await post(checkinUrl, organization.tokens.front_desk, eventId, scan);
    if (!response.ok) throw new Error(`a scan was answered ${response.status}: ${await response.text()}`);
  }
  const letGo = async () => {
    await db.query('update attendance.events set closure_grace_minutes = 0 where event_id = $1', [eventId]);
  };
  return { eventId, people, letGo };
}

/** Closes an event, and waits until those who attended have their mail. */
export async function closeAnEvent(rehearsal: Rehearsal, within: number): Promise<void> {
  const before = rehearsal.mailbox.messages().length;
  const event = await givenEndedEvent(rehearsal);
  await event.letGo();
  await waitUntil(() => rehearsal.mailbox.messages().length >= before + 4, { within });
}

async function post(origin: string, token: string, eventId: string, body: object): Promise<Response> {
  const response = await fetch(`${origin}/v1/events/${eventId}/check-ins`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(10_000),
  });
  if (response.ok) await response.arrayBuffer();
  return response;
}
