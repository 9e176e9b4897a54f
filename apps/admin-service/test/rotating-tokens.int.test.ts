import { readToken } from '@turnout/access/bearer-token';
import { tokenAuthenticator } from '@turnout/access/token-authenticator';
import { newTokenBody, tokenBody } from '@turnout/contracts/http/tokens';
import { givenOrganization, givenToken } from '@turnout/test-kit/given';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AdminUnderTest, startAdminUnderTest } from './admin-under-test.ts';
import { nobody } from './examples.ts';
import { givenEvent } from './given.ts';

let service: AdminUnderTest;
beforeAll(async () => {
  service = await startAdminUnderTest();
});
afterAll(() => service[Symbol.asyncDispose]());

const idOf = (token: string) =>
  (token.split('_')[1] ?? '').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
const given = (role: 'admin' | 'auditor' | 'front_desk' = 'auditor') =>
  givenToken(service.owner, service.organization.id, role);
const works = async (token: string) => (await service.as(token).get('/v1/events')).status === 200;
/** To a process that has not seen the token before. */
const worksElsewhere = async (token: string) => {
  const shown = readToken(token);
  return shown !== null && (await tokenAuthenticator(service.owner).whose(shown)) !== null;
};
const rotateOwn = async (token: string, body?: object): Promise<string> => {
  const answer = await service.as(token).post('/v1/tokens/self/rotation', body);
  expect(answer.status).toBe(201);
  return answer.body.token;
};
const overlapEnds = (token: string) =>
  service.owner.query('update access.tokens set secret_ends_at = now() where token_id = $1', [idOf(token)]);
const actions = async (tokenId: string) =>
  await service.owner.query<{ action: string; details: object; actor: object }>(
    'select action, details, actor from access.actions where subject_id = $1 order by action_id',
    [tokenId],
  );

describe('rotating a token', () => {
  it('shows a new secret once, while the old one works for the overlap', async () => {
    const old = await given();
    expect(await works(old)).toBe(true);
    const { status, body } = await service.admin.post(`/v1/tokens/${idOf(old)}/rotation`, {
      overlapMinutes: 5,
    });
    expect(status).toBe(201);
    expect(newTokenBody.safeParse(body).error).toBeUndefined();
    expect(body).toMatchObject({ id: idOf(old), state: 'active', rotation: { firstUsedAt: null } });
    const overlap = Date.parse(body.rotation.overlapEndsAt) - Date.parse(body.rotation.rotatedAt);
    expect(overlap).toBe(5 * 60_000);
    expect(await works(body.token)).toBe(true);
    expect(await works(old)).toBe(true);
    await overlapEnds(old);
    expect(await worksElsewhere(old)).toBe(false);
    expect(await works(body.token)).toBe(true);
    const { text } = await service.admin.get('/v1/tokens');
    expect(text).not.toContain(body.token.split('_')[2]);
    expect(await actions(idOf(old))).toEqual([
      {
        action: 'token.rotated',
        details: { overlapMinutes: 5 },
        actor: expect.objectContaining({ type: 'token' }),
      },
    ]);
  });

  it('locks nobody out who did not hear the answer: the old secret works until the new one was used', async () => {
    const old = await given();
    const unheard = await rotateOwn(old, { overlapMinutes: 0 });
    await overlapEnds(old);
    const heard = await rotateOwn(old, { overlapMinutes: 0 });
    expect(await works(old)).toBe(true);
    // What nobody has heard is replaced, and of no use to whoever finds it.
    expect(await works(unheard)).toBe(false);
    expect(await works(heard)).toBe(true);
    expect(await worksElsewhere(old)).toBe(false);
  });

  it('can go on and on, each time with the secret before it', async () => {
    const first = await given('front_desk');
    const second = await rotateOwn(first);
    const third = await rotateOwn(second);
    const fourth = await rotateOwn(third);
    expect(new Set([first, second, third, fourth].map(idOf)).size).toBe(1);
    const mayLookAt = async (token: string) => (await service.as(token).get('/v1/events')).status;
    // A front desk may not read events, which it hears only when it is let in.
    expect([await mayLookAt(third), await mayLookAt(fourth)]).toEqual([403, 403]);
    expect([await worksElsewhere(second), await worksElsewhere(third)]).toEqual([false, true]);
  });

  it('is not for a secret that was replaced by one in use: that would take it away', async () => {
    const old = await given();
    const inUse = await rotateOwn(old);
    expect(await works(inUse)).toBe(true);
    const refused = await service.as(old).post('/v1/tokens/self/rotation');
    expect(refused.body).toMatchObject({ status: 409, code: 'token_superseded' });
    expect(await works(inUse)).toBe(true);
  });

  it('gives one of two simultaneous requests a working secret, and the old one keeps working', async () => {
    const old = await given();
    const tokens = await Promise.all([rotateOwn(old), rotateOwn(old), rotateOwn(old)]);
    const working = await Promise.all(tokens.map(works));
    expect(working.filter(Boolean)).toHaveLength(1);
    expect(await works(old)).toBe(true);
  });

  it('is refused when it has ended, is not there, is not ours, or the request is not right', async () => {
    const ended = await given();
    await service.admin.delete(`/v1/tokens/${idOf(ended)}`);
    expect((await service.admin.post(`/v1/tokens/${idOf(ended)}/rotation`)).body).toMatchObject({
      status: 409,
      code: 'token_ended',
    });
    const theirs = (await givenOrganization(service.owner)).tokens.front_desk;
    const missing = await service.admin.post(`/v1/tokens/${nobody}/rotation`);
    expect(missing.status).toBe(404);
    expect((await service.admin.post(`/v1/tokens/${idOf(theirs)}/rotation`)).status).toBe(404);
    for (const overlapMinutes of [-1, 1.5, 43_201, '5', null]) {
      const { body } = await service.admin.post('/v1/tokens/self/rotation', { overlapMinutes });
      expect(body).toMatchObject({ status: 422, errors: [{ path: 'overlapMinutes' }] });
    }
  });

  it('of itself is for every token, also one that is limited to some events, but no other is', async () => {
    const eventId = await givenEvent(service);
    const scope = { eventIds: [eventId] };
    const limited = await givenToken(service.owner, service.organization.id, 'admin', scope);
    const wide = await given('front_desk');
    expect((await service.as(limited).post(`/v1/tokens/${idOf(wide)}/rotation`)).status).toBe(404);
    expect(await works(await rotateOwn(limited))).toBe(true);
    expect((await service.as(wide).post(`/v1/tokens/${idOf(limited)}/rotation`)).status).toBe(403);
  });
});

describe('the list of tokens', () => {
  it('tells states and roles apart, each with a cursor of its own', async () => {
    const of = async (query: string) => {
      const { status, body } = await service.admin.get(`/v1/tokens?limit=200${query}`);
      expect(status).toBe(200);
      for (const item of body.items) expect(tokenBody.safeParse(item).error).toBeUndefined();
      return body.items.map(({ id }: { id: string }) => id);
    };
    const [active, revoked, expired] = [await given(), await given(), await given('front_desk')];
    await service.admin.delete(`/v1/tokens/${idOf(revoked)}`);
    await service.owner.query('update access.tokens set expires_at = now() where token_id = $1', [
      idOf(expired),
    ]);
    expect(await of('&state=active')).toContain(idOf(active));
    expect(await of('&state=active')).not.toContain(idOf(expired));
    expect(await of('&state=revoked')).toContain(idOf(revoked));
    expect(await of('&state=expired')).toEqual([idOf(expired)]);
    expect(await of('&state=expired&role=auditor')).toEqual([]);
    expect(await of('&role=auditor')).toContain(idOf(active));
    const { nextCursor } = (await service.admin.get('/v1/tokens?limit=1')).body;
    const { body } = await service.admin.get(`/v1/tokens?state=active&cursor=${nextCursor}`);
    expect(body).toMatchObject({ status: 422, errors: [{ path: 'cursor' }] });
    expect((await service.admin.get('/v1/tokens?state=lost')).status).toBe(422);
  });

  it('is audited where it changes: made, revoked once', async () => {
    const { body } = await service.admin.post('/v1/tokens', { role: 'auditor', label: 'Ada’s laptop' });
    await service.admin.delete(`/v1/tokens/${body.id}`);
    await service.admin.delete(`/v1/tokens/${body.id}`);
    const done = await actions(body.id);
    expect(done.map(({ action }) => action)).toEqual(['token.created', 'token.revoked']);
    expect(JSON.stringify(done)).not.toMatch(/Ada|tnt_/);
  });
});
