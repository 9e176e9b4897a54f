import { ensureOrganization } from '@turnout/access/issue-token';
import { givenOrganization, givenToken } from '@turnout/test-kit/given';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { routes } from '../src/http/routes.ts';
import { type AdminUnderTest, type Answer, type Client, startAdminUnderTest } from './admin-under-test.ts';
import { everyRoute, type Ids, pathWith, type RouteExample } from './every-route.ts';
import { nobody, someone } from './examples.ts';
import {
  givenClosure,
  givenEnrollment,
  givenEvent,
  givenOrder,
  givenParticipant,
  givenProduct,
} from './given.ts';

let service: AdminUnderTest;
let ours: Ids;
let stranger: Client;
let strangerToken: string;
beforeAll(async () => {
  service = await startAdminUnderTest();
  const eventId = await givenEvent(service);
  const enrollmentId = await givenEnrollment(service, eventId);
  await givenClosure(service, eventId, [enrollmentId]);
  const { body } = await service.admin.post('/v1/tokens', { role: 'auditor', label: 'ours' });
  const productId = await givenProduct(service, eventId);
  await givenOrder(service, { eventId, enrollmentId }, [{ productId, quantity: 2 }]);
  const participantId = await givenParticipant(service, enrollmentId);
  ours = { eventId, enrollmentId, tokenId: body.id, productId, participantId };
  const organization = await givenOrganization(service.owner);
  strangerToken = organization.tokens.admin;
  stranger = service.as(strangerToken);
});
afterAll(() => service[Symbol.asyncDispose]());

const call = (client: Client, example: RouteExample, ids: Ids) =>
  client.send(example.method.toUpperCase(), pathWith(example, ids), example.body);
const withIds = everyRoute.filter(({ path }) => path.includes(':'));
const title = ({ method, path }: RouteExample) => `${method.toUpperCase()} ${path}`;
const titled = (examples: readonly RouteExample[]) =>
  examples.map((example) => [title(example), example] as const);

/** All there is to see of an answer, apart from what is different in every answer. */
function visible({ status, headers, text }: Answer) {
  const requestId = headers.get('x-request-id') ?? '';
  const seen = Object.fromEntries(headers);
  for (const name of ['date', 'x-request-id']) delete seen[name];
  return { status, headers: seen, text: text.replaceAll(requestId, '') };
}

async function everything() {
  const tables = [
    'events',
    'participants',
    'enrollments',
    'check_ins',
    'transitions',
    'products',
    'orders',
    'line_items',
  ].map((table) => `(select jsonb_agg(t order by t::text) from attendance.${table} t) as ${table}`);
  return await service.owner.query(
    `select ${tables.join(', ')}, (select jsonb_agg(t order by t::text) from access.tokens t) as tokens`,
  );
}

it('these are all the routes', () => {
  const known = routes({} as never).map(({ method, path }) => `${method} ${path}`);
  expect(everyRoute.map(({ method, path }) => `${method} ${path}`)).toEqual(known);
});

describe('to another organization', () => {
  it.each(titled(withIds))(
    '%s answers like something that does not exist, and changes nothing',
    async (_title, example) => {
      const before = await everything();
      const missing = visible(
        await call(stranger, example, {
          eventId: nobody,
          enrollmentId: nobody,
          tokenId: nobody,
          productId: nobody,
          participantId: nobody,
        }),
      );
      expect(missing).toMatchObject({ status: 404 });
      expect(visible(await call(stranger, example, ours))).toEqual(missing);
      const upperCase = Object.fromEntries(
        Object.entries(ours).map(([name, id]) => [name, id.toUpperCase()]),
      );
      expect(visible(await call(stranger, example, upperCase as unknown as Ids))).toEqual(missing);
      expect(await everything()).toEqual(before);
    },
  );

  it('an enrollment of ours is not there in an event of theirs either', async () => {
    const theirs = await stranger.post('/v1/events', everyRoute[0]?.body);
    for (const example of withIds.filter(({ path }) => path.includes(':enrollmentId'))) {
      const { status } = await call(stranger, example, { ...ours, eventId: theirs.body.id });
      expect({ route: title(example), status }).toEqual({ route: title(example), status: 404 });
    }
  });

  it('a product of ours is not there in an event of theirs, to be read or to be ordered', async () => {
    const theirs = await stranger.post('/v1/events', everyRoute[0]?.body);
    const path = `/v1/events/${theirs.body.id}`;
    expect((await stranger.get(`${path}/products/${ours.productId}`)).status).toBe(404);
    const enrolled = await stranger.post(`${path}/enrollments`, someone());
    const order = (productId: string) =>
      stranger.put(`${path}/enrollments/${enrolled.body.id}/order`, {
        status: 'paid',
        lineItems: [{ productId, quantity: 1 }],
      });
    const refused = await order(ours.productId);
    expect(refused.body).toMatchObject({ status: 422, errors: [{ path: 'lineItems[0].productId' }] });
    expect(visible(refused)).toEqual(visible(await order(nobody)));
  });

  it('lists show nothing of ours', async () => {
    for (const path of ['/v1/events', '/v1/tokens']) {
      const { text } = await stranger.get(`${path}?limit=200`);
      for (const id of Object.values(ours)) expect(text).not.toContain(id);
    }
  });

  it('cursors of ours are of no use', async () => {
    await givenEvent(service);
    for (const path of ['/v1/events', '/v1/tokens']) {
      const { nextCursor } = (await service.admin.get(`${path}?limit=1`)).body;
      const { body } = await stranger.get(`${path}?cursor=${nextCursor}`);
      expect(body).toMatchObject({ status: 422, errors: [{ path: 'cursor' }] });
    }
  });
});

describe('a token', () => {
  const readable = ({ method }: RouteExample) => method === 'get';

  it.each(titled(everyRoute))('of the front desk or a supervisor may not %s', async (_title, example) => {
    for (const role of ['front_desk', 'supervisor'] as const) {
      const { body } = await call(service.as(service.organization.tokens[role]), example, ours);
      expect(body).toMatchObject({ status: 403, code: 'forbidden' });
    }
  });

  it.each(titled(everyRoute.filter((example) => !readable(example))))(
    'of an auditor may not %s',
    async (_title, example) => {
      const auditor = service.as(service.organization.tokens.auditor);
      expect((await call(auditor, example, ours)).body).toMatchObject({ status: 403, code: 'forbidden' });
      // The role decides before anything that was sent is looked at.
      const nonsense = await auditor.send(example.method.toUpperCase(), pathWith(example, ours), '{');
      expect(nonsense.body).toMatchObject({ status: 403, code: 'forbidden' });
    },
  );

  it.each(titled(everyRoute.filter(readable)))('of an auditor may %s', async (_title, example) => {
    const { status } = await call(service.as(service.organization.tokens.auditor), example, ours);
    expect(status).toBe(200);
  });

  it.each(titled(everyRoute))(
    'that is missing, wrong, revoked or expired does not get to %s',
    async (_title, example) => {
      const { id } = service.organization;
      const revoked = await givenToken(service.owner, id, 'admin');
      const expired = await givenToken(service.owner, id, 'admin');
      const tokenIdOf = (token: string) => token.split('_')[1];
      await service.owner.query('update access.tokens set revoked_at = now() where token_id = $1::uuid', [
        tokenIdOf(revoked),
      ]);
      await service.owner.query('update access.tokens set expires_at = now() where token_id = $1::uuid', [
        tokenIdOf(expired),
      ]);
      const mistyped = strangerToken.replace(/.$/, (last) => (last === '0' ? '1' : '0'));
      for (const token of ['', 'x', mistyped, revoked, expired]) {
        expect((await call(service.as(token), example, ours)).body).toMatchObject({
          status: 401,
          code: 'unauthenticated',
        });
      }
    },
  );
});

it('an organization without anything sees empty lists', async () => {
  const organizationId = await ensureOrganization(service.owner, 'empty');
  const auditor = service.as(await givenToken(service.owner, organizationId, 'auditor'));
  expect((await auditor.get('/v1/events')).body).toEqual({ items: [], nextCursor: null });
  expect((await auditor.get('/v1/tokens')).body.items).toHaveLength(1);
});
