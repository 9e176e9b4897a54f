import { changeEnrollments, each } from '@turnout/attendance-store/change-enrollments';
import { roster } from '@turnout/contracts/http/roster';
import { newId } from '@turnout/runtime/ids';
import { givenEnrollments, givenEvent } from '@turnout/test-kit/given';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type FrontDesk, openFrontDesk } from './front-desk.ts';
import { OfflineDevice } from './offline-device.ts';

const HOUR = 3_600_000;
const inHours = (hours: number) => new Date(Date.now() + hours * HOUR);

let desk: FrontDesk;
beforeAll(async () => {
  desk = await openFrontDesk();
});
afterAll(async () => {
  await desk?.[Symbol.asyncDispose]();
});

async function given() {
  const organizationId = desk.organization.id;
  const eventId = await givenEvent(desk.db, organizationId, {
    starts_at: inHours(-24),
    ends_at: inHours(24),
  });
  const [ada] = await givenEnrollments(desk.db, organizationId, eventId, 1);
  if (!ada) throw new Error('nobody was given');
  /** As an admin does it. */
  const reissue = async (accessCode: string, ticketType = 'Speaker') =>
    await changeEnrollments(
      desk.db,
      { by: 'enrollments', organizationId, eventId, enrollmentIds: [ada.id] },
      each(() => ({
        facts: [{ kind: 'badge_changed', badge: { accessCode, ticketType }, move: null }],
        result: null,
      })),
      { actor: { type: 'system', id: 'test' }, cause: 'test' },
    );
  return { eventId, ada, reissue, newCode: `NEW${newId().replaceAll('-', '').toUpperCase()}` };
}

it('a code that was replaced is unknown at the door, the new one opens it, and scans made before keep their answers', async () => {
  const { eventId, ada, reissue, newCode } = await given();
  const first = { scanId: newId(), accessCode: ada.accessCode };
  const accepted = await desk.scan(eventId, first);
  expect(accepted).toMatchObject({ status: 201, body: { outcome: 'first' } });
  await reissue(newCode);

  const again = await desk.scan(eventId, first);
  expect(again).toMatchObject({ status: 201, body: accepted.body });
  expect(again.headers.get('idempotent-replayed')).toBe('true');
  expect(await desk.scan(eventId, { accessCode: ada.accessCode })).toMatchObject({
    status: 404,
    body: { code: 'unknown_code' },
  });
  expect((await desk.call('GET', `/v1/events/${eventId}/attendees/${ada.accessCode}`)).status).toBe(404);
  expect(await desk.scan(eventId, { accessCode: newCode })).toMatchObject({
    status: 201,
    body: { outcome: 're_entry' },
  });
});

it('a device without a network hears that a code was replaced, and of the new one', async () => {
  const { eventId, ada, reissue, newCode } = await given();
  const device = new OfflineDevice(async (cursor) => {
    const query = cursor === null ? '' : `?cursor=${cursor}`;
    return roster.parse((await desk.call('GET', `/v1/events/${eventId}/roster${query}`)).body);
  });
  await device.update();
  expect(await device.decide(ada.accessCode)).toBe('admitted');
  await reissue(newCode);
  await device.update();
  expect(await device.decide(newCode)).toBe('admitted');
  expect(await device.open(newCode)).toMatchObject({ enrollmentId: ada.id, ticketType: 'Speaker' });
  expect(await device.decide(ada.accessCode)).toBe('unknown_code');
  expect(await device.open(ada.accessCode)).toMatchObject({ displayName: null });

  const another = new OfflineDevice(async () =>
    roster.parse((await desk.call('GET', `/v1/events/${eventId}/roster`)).body),
  );
  expect(await another.update()).toBe(1);
  expect(await another.decide(ada.accessCode)).toBe('unknown_code');
});
