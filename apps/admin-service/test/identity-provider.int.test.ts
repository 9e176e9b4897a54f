import { givenOrganization } from '@turnout/test-kit/given';
import { isAnyoneWaiting } from '@turnout/test-kit/is-anyone-waiting';
import { startIdentityProvider } from '@turnout/test-kit/start-identity-provider';
import { waitUntil } from '@turnout/test-kit/wait-until';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AdminUnderTest, startAdminUnderTest } from './admin-under-test.ts';

let service: AdminUnderTest;
beforeAll(async () => {
  service = await startAdminUnderTest({ access: { providerNetworks: 'any' } });
});
afterAll(() => service[Symbol.asyncDispose]());

const actorsOf = async (tokenId: string) =>
  await service.owner.query('select actor from access.actions where subject_id = $1', [tokenId]);

describe('signing in through the identity provider of the organization', () => {
  it('lets admins do what admins may, named by their id in the audit, and ends with the provider', async () => {
    await using provider = await startIdentityProvider({ people: { ada: { groups: ['staff'] } } });
    const wanted = {
      issuer: provider.issuer,
      audience: provider.audience,
      rolesClaim: 'groups',
      roles: { staff: 'admin' },
    };
    expect((await service.admin.get('/v1/identity-provider')).status).toBe(404);
    const signIn = async () => service.as(await provider.signIn('ada'));
    expect((await (await signIn()).get('/v1/events')).status).toBe(401);
    const set = await service.admin.put('/v1/identity-provider', wanted);
    expect(set.body).toMatchObject({ ...wanted, algorithms: ['RS256', 'PS256', 'ES256', 'EdDSA'] });
    expect((await service.admin.get('/v1/identity-provider')).body).toEqual(set.body);
    const ada = await signIn();
    expect((await ada.get('/v1/events')).status).toBe(200);

    const { body: token } = await ada.post('/v1/tokens', { role: 'auditor', label: 'x' });
    expect(await actorsOf(token.id)).toMatchObject([{ actor: { type: 'user', id: 'ada' } }]);
    expect((await ada.post('/v1/tokens/self/rotation')).body).toMatchObject({ status: 403 });

    const other = service.as((await givenOrganization(service.owner)).tokens.admin);
    const taken = await other.put('/v1/identity-provider', { ...wanted, roles: { everyone: 'admin' } });
    expect(taken.body).toMatchObject({ status: 409, code: 'identity_provider_taken' });
    expect((await other.get('/v1/identity-provider')).status).toBe(404);

    expect((await service.admin.delete('/v1/identity-provider')).status).toBe(204);
    expect((await service.admin.delete('/v1/identity-provider')).status).toBe(204);
    expect((await (await signIn()).get('/v1/events')).status).toBe(401);
    const done = await service.owner.query(
      `select action from access.actions where action like 'identity%' order by action_id`,
    );
    expect(done).toEqual([{ action: 'identity_provider.set' }, { action: 'identity_provider.removed' }]);
  });

  it('is audited with what was there before, also when two set it at the same time', async () => {
    const { id: organizationId, tokens } = await givenOrganization(service.owner);
    const admin = service.as(tokens.admin);
    const provider = { issuer: 'https://login.example.org', rolesClaim: 'groups', roles: { staff: 'admin' } };
    const put = (audience: string) => admin.put('/v1/identity-provider', { ...provider, audience });
    expect((await put('first')).status).toBe(200);
    let last: ReturnType<typeof put> | undefined;
    await service.owner.transaction(async (tx) => {
      await tx.query(`update access.identity_providers set audience = 'second' where organization_id = $1`, [
        organizationId,
      ]);
      last = put('third');
      await waitUntil(() => isAnyoneWaiting(service.owner));
    });
    expect((await last)?.status).toBe(200);
    const done = await service.owner.query(
      `select details #>> '{before,audience}' as before from access.actions
       where organization_id = $1 and action = 'identity_provider.set' order by action_id`,
      [organizationId],
    );
    expect(done).toEqual([{ before: null }, { before: 'second' }]);
  });

  let strict: AdminUnderTest;
  beforeAll(async () => {
    strict = await startAdminUnderTest();
  });
  afterAll(() => strict[Symbol.asyncDispose]());

  it.each([
    ['issuer', { issuer: 'http://login.example.org' }],
    ['issuer', { issuer: 'https://127.0.0.1' }],
    ['issuer', { issuer: 'https://169.254.169.254' }],
    ['issuer', { issuer: 'https://168.63.129.16' }],
    ['issuer', { issuer: 'https://login.internal' }],
    ['issuer', { issuer: 'https://ada@login.example.org' }],
    ['issuer', { issuer: 'https://login.example.org?x' }],
    ['issuer', { issuer: 'file:///etc/passwd' }],
    ['audience', { audience: '' }],
    ['rolesClaim', { rolesClaim: ' ' }],
    ['roles', { roles: {} }],
    ['roles.staff', { roles: { staff: 'owner' } }],
    ['algorithms[0]', { algorithms: ['HS256'] }],
    ['algorithms[1]', { algorithms: ['RS256', 'none'] }],
    ['jwksUri', { jwksUri: 'https://login.example.org/jwks' }],
  ])('refuses a provider whose %s cannot be: %j', async (path, changes) => {
    const provider = {
      issuer: 'https://login.example.org',
      audience: 'x',
      rolesClaim: 'groups',
      roles: { staff: 'admin' },
    };
    const { body } = await strict.admin.put('/v1/identity-provider', { ...provider, ...changes });
    expect(body).toMatchObject({ status: 422, errors: [{ path }] });
  });
});
