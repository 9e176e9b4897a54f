import { createLogger } from '@turnout/runtime/logger';
import { type GivenOrganization, givenOrganization } from '@turnout/test-kit/given';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startNotifier } from '../src/service.ts';
import { type Client, clientOf } from './support/client.ts';
import { openPostOffice, type PostOffice } from './support/post-office.ts';

const secretUrl = 'https://example.org/hook?key=very-secret';
const opened = new AsyncDisposableStack();
let office: PostOffice;
let organization: GivenOrganization;
let admin: Client;
beforeAll(async () => {
  office = opened.use(await openPostOffice());
  const logger = createLogger({ name: 'notifier', level: 'silent' });
  const { url } = opened.use(await startNotifier(office.config, logger));
  organization = await givenOrganization(office.db);
  admin = clientOf(url, organization.tokens.admin);
});
afterAll(() => opened.disposeAsync());

const actions = async () =>
  await office.db.query<{ action: string; subject_id: string | null; details: object; by: string }>(
    `select action, subject_id, details, actor ->> 'label' as by from access.actions
     where organization_id = $1 order by at`,
    [organization.id],
  );

it('what is done to endpoints is in the audit trail, and no address', async () => {
  const created = await admin('POST', '/v1/webhook-endpoints', { url: secretUrl });
  const { id } = created.body as { id: string };
  const path = `/v1/webhook-endpoints/${id}`;
  await admin('PATCH', path, { enabled: false, url: `${secretUrl}-2` });
  await admin('POST', `${path}/secret-rotation`, { overlapHours: 2 });
  await admin('POST', '/v1/webhook-endpoints', { url: `${secretUrl}-2` });
  await admin('DELETE', path);
  await admin('DELETE', path);
  const done = await actions();
  expect(done.map(({ action }) => action)).toEqual([
    'webhook_endpoint.created',
    'webhook_endpoint.changed',
    'webhook_endpoint.secret_rotated',
    'webhook_endpoint.deleted',
  ]);
  expect(done.every(({ subject_id, by }) => subject_id === id && by === 'test admin')).toBe(true);
  expect(done[1]?.details).toEqual({
    before: { eventTypes: null, enabled: true },
    after: { eventTypes: null, enabled: false },
    urlChanged: true,
  });
  expect(JSON.stringify(done)).not.toContain('example.org');
});

it('that the address for failures was changed is in the audit trail, and not the address', async () => {
  const before = (await actions()).length;
  for (const email of ['alerts@example.org', null]) await admin('PUT', '/v1/alert-address', { email });
  const done = (await actions()).slice(before);
  expect(done.map(({ action, details }) => ({ action, details }))).toEqual([
    { action: 'alert_address.changed', details: { set: true } },
    { action: 'alert_address.changed', details: { set: false } },
  ]);
});
