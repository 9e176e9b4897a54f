import { findUnsealed } from '@turnout/audit/find-unsealed';
import { readHead } from '@turnout/audit/read-head';
import { givenEnrollments, givenOrganization, givenToken } from '@turnout/test-kit/given';
import { waitUntil } from '@turnout/test-kit/wait-until';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AdminUnderTest, startAdminUnderTest } from './admin-under-test.ts';
import { nobody } from './examples.ts';
import { givenCheckIn, givenEnrollment, givenEvent, givenProduct } from './given.ts';

let service: AdminUnderTest;
let eventId: string;
let otherEventId: string;
let ada: string;
let bob: string;
beforeAll(async () => {
  service = await startAdminUnderTest();
  eventId = await givenEvent(service);
  otherEventId = await givenEvent(service);
  ada = await givenEnrollment(service, eventId);
  bob = await givenEnrollment(service, eventId);
  await givenEnrollment(service, otherEventId);
  await givenCheckIn(service, { eventId, enrollmentId: ada, scannedAt: '2026-05-01T09:00:00+02:00' });
  await service.admin.post(`/v1/events/${eventId}/enrollments/${bob}/cancellation`, { reason: '=ill' });
  const productId = await givenProduct(service, eventId);
  const order = { status: 'paid', lineItems: [{ productId, quantity: 2 }] };
  await service.admin.put(`/v1/events/${eventId}/enrollments/${ada}/order`, order);
});
afterAll(() => service[Symbol.asyncDispose]());

interface Item {
  id: string;
  action: string;
  enrollmentId: string | null;
  subjectId: string | null;
}

const read = async (query = '', client = service.admin): Promise<Item[]> => {
  const { status, text, body } = await client.get(`/v1/audit?limit=200${query}`);
  if (status !== 200) throw new Error(text);
  return body.items;
};
const actionsOf = (items: Item[]) => items.map(({ action }) => action);

describe('the audit trail', () => {
  it('has changes of status and actions in one list, oldest first', async () => {
    const items = await read(`&eventId=${eventId}`);
    const own = actionsOf(items).filter((action) => !action.startsWith('event.'));
    expect(own).toEqual([
      'enrollment.confirmed',
      'enrollment.confirmed',
      'enrollment.checked_in',
      'enrollment.cancelled',
      'product.created',
      'order.changed',
    ]);
    expect(items.find(({ action }) => action === 'enrollment.cancelled')).toMatchObject({
      kind: 'transition',
      enrollmentId: bob,
      reason: '=ill',
      actor: { type: 'token', label: 'test admin' },
      details: { from: 'confirmed', to: 'cancelled', triggeredBy: 'admin', version: 2 },
    });
  });

  it('can be asked by enrollment, by action, and by time', async () => {
    expect(actionsOf(await read(`&enrollmentId=${ada}`))).toEqual([
      'enrollment.confirmed',
      'enrollment.checked_in',
      'order.changed',
    ]);
    const all = await read(`&eventId=${eventId}`);
    expect(await read(`&enrollmentId=${ada}`)).toEqual(
      all.filter(({ enrollmentId }) => enrollmentId === ada),
    );
    expect(actionsOf(await read(`&eventId=${eventId}&action=product.created`))).toEqual(['product.created']);
    const middle = (await service.admin.get(`/v1/audit?eventId=${eventId}&action=enrollment.cancelled`)).body
      .items[0];
    const at = encodeURIComponent(new Date(Date.parse(middle.at) + 1).toISOString());
    const before = await read(`&eventId=${eventId}&to=${at}`);
    const after = await read(`&eventId=${eventId}&from=${at}`);
    expect([...before, ...after]).toEqual(all);
    expect(after.length).toBeGreaterThan(0);
  });

  it('can be asked by who did it, before and after it is sealed', async () => {
    const actor = await givenToken(service.owner, service.organization.id, 'admin');
    const actorId = (
      await service.owner.query<{ id: string }>(
        'select token_id as id from access.tokens order by created_at desc limit 1',
      )
    )[0]?.id;
    const people = await givenEnrollment({ ...service, admin: service.as(actor) }, otherEventId);
    const done = await read(`&actorId=${actorId}`);
    expect(done).toMatchObject([{ action: 'enrollment.confirmed', enrollmentId: people }]);
    await waitUntil(async () =>
      (await findUnsealed(service.owner, null)).every(({ waiting }) => waiting === 0),
    );
    expect(await read(`&actorId=${actorId}`)).toEqual(done);
    expect(await read('&actorId=nobody')).toEqual([]);
  });

  it('has each row once, also on pages of one row', async () => {
    const all = (await read()).map(({ id }) => id);
    const walked: string[] = [];
    for (let cursor: string | null = ''; cursor !== null; ) {
      const { body } = await service.admin.get(`/v1/audit?limit=1${cursor && `&cursor=${cursor}`}`);
      walked.push(...body.items.map(({ id }: Item) => id));
      cursor = body.nextCursor;
    }
    expect(walked).toEqual(all);
    expect(new Set(all).size).toBe(all.length);
  });

  it.each([
    ['the list', (id: string) => `/v1/audit?eventId=${id}&limit=1`],
    ['the list of an event', (id: string) => `/v1/events/${id}/transitions?limit=1`],
  ])(
    'keeps to what was committed at the first page of %s, and passes over nothing',
    async (_title, pathOf) => {
      const event = await givenEvent(service);
      const first = await givenEnrollment(service, event);
      const second = await givenEnrollment(service, event);
      const path = pathOf(event);
      const changesIn = (body: { items: Item[] }) =>
        body.items.filter(({ enrollmentId }) => enrollmentId !== null);
      const held = Promise.withResolvers<void>();
      const written = Promise.withResolvers<void>();
      // Its time is before that of the second row, and it commits when somebody has read on behind it.
      const slow = service.owner.transaction(async (tx) => {
        await tx.query(
          `insert into attendance.transitions (event_id, enrollment_id, version, transition_id, organization_id, from_status,
           to_status, triggered_by, actor, reason, at, cause)
         select event_id, enrollment_id, 2, gen_random_uuid(), organization_id, 'confirmed', 'checked_in', 'admin', actor,
           'late', at + interval '1 microsecond', cause from attendance.transitions where enrollment_id = $1`,
          [first],
        );
        written.resolve();
        await held.promise;
      });
      await written.promise;
      const walked: Item[] = [];
      let cursor: string | null = '';
      while (cursor !== null) {
        const { body } = await service.admin.get(`${path}${cursor && `&cursor=${cursor}`}`);
        walked.push(...changesIn(body));
        cursor = body.nextCursor;
        if (walked.length === 1) {
          held.resolve();
          await slow;
        }
      }
      expect(walked.map(({ enrollmentId }) => enrollmentId)).toEqual([first, second]);
      const { body } = await service.admin.get(path.replace('limit=1', 'limit=200'));
      expect(changesIn(body).map(({ enrollmentId }) => enrollmentId)).toEqual([first, first, second]);
    },
  );

  it('refuses a cursor that it did not make, whatever is in it', async () => {
    const { body } = await service.admin.get('/v1/audit?limit=1');
    const parts = JSON.parse(Buffer.from(body.nextCursor, 'base64url').toString());
    for (const snapshot of ['', 'x', '5:1:3', '5:9:3,2', '5:9:4,4', `${'9'.repeat(30)}:1:`, "1:1:'"]) {
      const cursor = Buffer.from(JSON.stringify([...parts.slice(0, -1), snapshot])).toString('base64url');
      const refused = await service.admin.get(`/v1/audit?limit=1&cursor=${cursor}`);
      expect(refused.body).toMatchObject({ status: 422, errors: [{ path: 'cursor' }] });
    }
    expect((await service.admin.get(`/v1/audit?cursor=${body.nextCursor}`)).status).toBe(200);
    expect((await service.admin.get(`/v1/audit?action=order.changed&cursor=${body.nextCursor}`)).status).toBe(
      422,
    );
    const swapped = 'from=2026-05-02T00:00:00Z&to=2026-05-01T00:00:00Z';
    for (const query of [
      'eventId=x',
      'action=drop',
      'from=2026-02-30T00:00:00Z',
      'actorId=',
      'what=1',
      swapped,
    ]) {
      expect((await service.admin.get(`/v1/audit?${query}`)).status).toBe(422);
    }
  });

  it('shows a token for some events what belongs to these', async () => {
    const limited = service.as(
      await givenToken(service.owner, service.organization.id, 'auditor', { eventIds: [otherEventId] }),
    );
    const all = await read('', limited);
    expect(all.length).toBeGreaterThan(0);
    expect(all).toEqual(await read(`&eventId=${otherEventId}`));
    expect(await read(`&eventId=${eventId}`, limited)).toEqual([]);
    expect(await read(`&enrollmentId=${ada}`, limited)).toEqual([]);
    expect((await limited.get(`/v1/audit/export?eventId=${eventId}`)).text).toBe('');
    expect((await limited.get('/v1/audit/head')).status).toBe(403);
  });

  it('answers what belongs to another organization like what does not exist', async () => {
    const other = await givenOrganization(service.owner);
    const stranger = service.as(other.tokens.auditor);
    for (const name of ['eventId', 'enrollmentId', 'actorId']) {
      const ours = { eventId, enrollmentId: ada, actorId: nobody }[name];
      expect(await read(`&${name}=${ours}`, stranger)).toEqual([]);
    }
    expect((await stranger.get('/v1/audit/head')).body).toEqual({ seal: null, hash: null, sealedAt: null });
  });
});

describe('the export of the audit trail', () => {
  it('has in each line what the list has', async () => {
    const { text, headers } = await service.admin.get(`/v1/audit/export?eventId=${eventId}`);
    const lines = text.trimEnd().split('\n');
    expect(headers.get('content-type')).toBe('application/x-ndjson');
    expect(lines.map((line) => JSON.parse(line))).toEqual(await read(`&eventId=${eventId}`));
  });

  it('as CSV has no formulas', async () => {
    const path = `/v1/audit/export?format=csv&enrollmentId=${bob}`;
    const { text, headers } = await service.admin.get(path);
    expect(headers.get('content-type')).toContain('text/csv');
    const [head, ...rows] = text.trimEnd().split('\r\n');
    expect(head).toMatch(/^at,action,eventId,/);
    expect(rows).toHaveLength(2);
    expect(rows[1]).toContain(",'=ill,");
  });

  it('is whole when it is longer than a portion', async () => {
    const event = await givenEvent(service);
    await givenEnrollments(service.owner, service.organization.id, event, 1_203);
    const { text } = await service.admin.get(`/v1/audit/export?eventId=${event}&action=enrollment.confirmed`);
    const ids = text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line).id);
    expect(new Set(ids).size).toBe(1_203);
  });
});

it('says where the chain ends', async () => {
  const head = await waitUntil(() => readHead(service.owner, service.organization.id));
  expect(head.hash).toMatch(/^[0-9a-f]{64}$/);
  const { body } = await service.admin.get('/v1/audit/head');
  expect(body.seal).toBeGreaterThanOrEqual(head.seal);
});
