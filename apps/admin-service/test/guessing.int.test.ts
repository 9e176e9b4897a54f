import { newToken } from '@turnout/access/bearer-token';
import { MINUTE } from '@turnout/runtime/durations';
import { expect, it } from 'vitest';
import { type AdminUnderTest, startAdminUnderTest } from './admin-under-test.ts';

// A window longer than any test takes.
const failedSignIns = { most: 3, windowMs: 10_000 * MINUTE };

const guessFrom = async (service: AdminUnderTest, forwardedFor: string) =>
  await service
    .as(newToken().token)
    .send('GET', '/v1/events', undefined, { 'x-forwarded-for': forwardedFor });

it('who guesses hears 429 and when to come back, whatever address they claim to have, and admins go on', async () => {
  await using service = await startAdminUnderTest({ access: { failedSignIns } });
  expect((await service.admin.get('/v1/events')).status).toBe(200);
  for (const address of ['192.0.2.1', '192.0.2.2', '192.0.2.3']) {
    expect((await guessFrom(service, address)).status).toBe(401);
  }
  const refused = await guessFrom(service, '192.0.2.4');
  expect(refused.body).toMatchObject({ status: 429, code: 'rate_limited' });
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
  expect((await service.admin.get('/v1/events')).status).toBe(200);
});

it('behind a proxy, addresses are told apart by what the proxy says, and by nothing that was said before it', async () => {
  await using service = await startAdminUnderTest({ access: { failedSignIns, trustProxy: 1 } });
  for (const made of ['198.51.100.1', '198.51.100.2', '198.51.100.3']) {
    expect((await guessFrom(service, `${made}, 192.0.2.1`)).status).toBe(401);
  }
  expect((await guessFrom(service, '198.51.100.4, 192.0.2.1')).status).toBe(429);
  expect((await guessFrom(service, '192.0.2.2')).status).toBe(401);
});
