import { isDeepStrictEqual } from 'node:util';
import { createTestVhost } from '@turnout/test-kit/test-vhost';
import { waitUntil } from '@turnout/test-kit/wait-until';
import { expect, it } from 'vitest';
import { startAdminUnderTest } from './admin-under-test.ts';
import { givenEnrollment, givenEvent } from './given.ts';

it('what an admin changes is published by this service itself, soon after', async () => {
  await using vhost = await createTestVhost();
  await using service = await startAdminUnderTest({ amqpUrl: vhost.amqpUrl });
  const connected = { ready: true, checks: { postgres: 'ok', rabbitmq: 'ok' } };
  const readiness = async () => (await fetch(`${service.url}/readyz`)).json();
  await waitUntil(async () => isDeepStrictEqual(await readiness(), connected));

  const eventId = await givenEvent(service);
  const enrollmentId = await givenEnrollment(service, eventId);
  const path = `/v1/events/${eventId}/enrollments/${enrollmentId}/cancellation`;
  expect((await service.admin.post(path, { reason: 'ill' })).status).toBe(200);

  const [announced] = await service.owner.query<{ message_id: string }>(
    'select message_id from attendance.transitions where enrollment_id = $1 and version = 2',
    [enrollmentId],
  );
  const published = async () =>
    await service.owner.query('select 1 from outbox.published where $1 = any(message_ids)', [
      announced?.message_id,
    ]);
  await waitUntil(async () => (await published()).length === 1);
  expect(await service.owner.query('select 1 from outbox.messages')).toEqual([]);
});
