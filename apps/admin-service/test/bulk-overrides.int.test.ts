import { bulkOverride } from '@turnout/contracts/http/bulk-overrides';
import { newId } from '@turnout/runtime/ids';
import { givenEnrollments, givenOrganization, givenEvent as givenStoredEvent } from '@turnout/test-kit/given';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AdminUnderTest, startAdminUnderTest } from './admin-under-test.ts';
import { nobody } from './examples.ts';
import { givenClosure, givenEnrollment, givenEvent } from './given.ts';

let service: AdminUnderTest;
beforeAll(async () => {
  service = await startAdminUnderTest();
});
afterAll(() => service[Symbol.asyncDispose]());

const reason = 'the scanner at door B was broken';
const late = { to: 'checked_in', reason, day: '2026-05-01' };

async function given(names: string[]) {
  const eventId = await givenEvent(service);
  const ids: string[] = [];
  for (const name of names) ids.push(await givenEnrollment(service, eventId, { name }));
  const path = `/v1/events/${eventId}`;
  return {
    eventId,
    ids,
    override: (body: object) => service.admin.post(`${path}/overrides`, body),
    statuses: async () =>
      (await service.admin.get(`${path}/enrollments?limit=200`)).body.items.map(
        ({ status }: { status: string }) => status,
      ),
    actions: async () =>
      await service.owner.query(
        `select action, reason, details, cause from access.actions where event_id = $1 and action <> 'event.created'`,
        [eventId],
      ),
    announced: async () =>
      (await service.owner.query<{ body: string }>('select body from outbox.messages order by sequence'))
        .map(({ body }) => JSON.parse(body))
        .filter(({ partitionkey }) => partitionkey === eventId),
  };
}

describe('overriding many', () => {
  it('says first how many would change and who would not, and then changes exactly as many', async () => {
    const event = await given(['Ada', 'Byron', 'Clara', 'Dora']);
    const [ada, , clara, dora] = event.ids as [string, string, string, string];
    await service.admin.post(`/v1/events/${event.eventId}/enrollments/${clara}/cancellation`, {
      reason: 'ill',
    });
    const who = { enrollmentIds: [nobody, clara, ada.toUpperCase(), dora] };
    const dry = await event.override({ ...late, ...who, dryRun: true });
    expect(bulkOverride.safeParse(dry.body).error).toBeUndefined();
    expect(dry).toMatchObject({ status: 200, body: { dryRun: true, count: 2, refusedCount: 2 } });
    const refused = [
      { enrollmentId: nobody, code: 'not_found', from: null },
      { enrollmentId: clara, code: 'illegal_transition', from: 'cancelled' },
    ];
    expect(dry.body.refused).toEqual(
      expect.arrayContaining(refused.map((one) => expect.objectContaining(one))),
    );
    expect(await event.statuses()).toEqual(['confirmed', 'confirmed', 'cancelled', 'confirmed']);
    expect(await event.actions()).toEqual([]);

    const real = await event.override({ ...late, ...who, expectedCount: 2 });
    expect(real).toMatchObject({ status: 200, body: { ...dry.body, dryRun: false } });
    expect(await event.statuses()).toEqual(['checked_in', 'confirmed', 'cancelled', 'checked_in']);
    const cause = real.headers.get('x-request-id');
    expect(await event.actions()).toEqual([
      { action: 'enrollments.overridden', reason, details: { to: 'checked_in', count: 2 }, cause },
    ]);
    const { body: story } = await service.admin.get(`/v1/events/${event.eventId}/enrollments/${ada}`);
    expect(story.transitions[1]).toMatchObject({ to: 'checked_in', triggeredBy: 'admin', reason, cause });
    expect(story.checkIns).toMatchObject([{ day: '2026-05-01', source: 'override' }]);
    expect((await event.announced()).filter(({ data }) => data.source === 'override')).toHaveLength(2);
  });

  it('changes nobody when it would be others than expected, and says how many it would be now', async () => {
    const event = await given(['Ada', 'Byron']);
    await givenClosure(service, event.eventId, event.ids);
    const mistake = { to: 'attended', reason, filter: { status: 'no_show' } };
    const answer = await event.override({ ...mistake, expectedCount: 3 });
    expect(answer.body).toMatchObject({ status: 409, code: 'count_differs', count: 2 });
    expect(await event.statuses()).toEqual(['no_show', 'no_show']);
    expect((await event.override({ ...mistake, expectedCount: 2 })).body).toMatchObject({ count: 2 });
    expect(await event.statuses()).toEqual(['attended', 'attended']);
    // The answer was lost, and it is sent again.
    expect((await event.override({ ...mistake, expectedCount: 2 })).body).toMatchObject({
      code: 'count_differs',
      count: 0,
    });
    expect(await event.actions()).toHaveLength(1);
  });

  it('happens once when two ask in the same instant', async () => {
    const event = await given(['Ada', 'Byron', 'Clara']);
    const answers = await Promise.all(
      [1, 2, 3, 4].map(() => event.override({ ...late, filter: {}, expectedCount: 3 })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409, 409, 409]);
    expect(await event.announced()).toHaveLength(3);
  });

  it('takes those whom a filter finds: by status, ticket type, and search', async () => {
    const event = await given(['Anna Müller', 'Ben Ångström', 'Anna Ångström']);
    const path = `/v1/events/${event.eventId}/enrollments`;
    await service.admin.patch(`${path}/${event.ids[2]}`, { ticketType: 'Speaker' });
    await service.admin.post(`${path}/${event.ids[1]}/cancellation`, { reason: 'ill' });
    const count = async (filter: object) => {
      const { count: would, refusedCount } = (await event.override({ ...late, filter, dryRun: true })).body;
      return [would, refusedCount];
    };
    expect(await count({})).toEqual([2, 1]);
    expect(await count({ status: 'confirmed' })).toEqual([2, 0]);
    expect(await count({ search: ' anna ' })).toEqual([2, 0]);
    expect(await count({ search: 'ångström' })).toEqual([1, 1]);
    expect(await count({ ticketType: 'Speaker' })).toEqual([1, 0]);
    expect(await count({ ticketType: null, search: 'anna' })).toEqual([1, 0]);
    expect(await count({ ticketType: 'speaker' })).toEqual([0, 0]);
  });

  it('is refused as a whole where the day or the event is in the way', async () => {
    const event = await given(['Ada']);
    const all = { filter: {}, dryRun: true };
    expect((await event.override({ ...late, ...all, day: '2026-05-04' })).body).toMatchObject({
      status: 422,
      code: 'not_an_event_day',
    });
    expect((await event.override({ to: 'checked_in', reason, ...all })).body).toMatchObject({
      status: 422,
      code: 'day_required',
    });
    await service.admin.post(`/v1/events/${event.eventId}/cancellation`, { reason: 'storm' });
    expect((await event.override({ ...late, ...all })).body).toMatchObject({
      status: 409,
      code: 'event_cancelled',
    });
  });

  it.each([
    ['expectedCount', { ...late, filter: {} }],
    ['expectedCount', { ...late, filter: {}, expectedCount: -1 }],
    ['enrollmentIds', { ...late, dryRun: true }],
    ['enrollmentIds', { ...late, filter: {}, enrollmentIds: [nobody], dryRun: true }],
    ['enrollmentIds', { ...late, enrollmentIds: [], dryRun: true }],
    ['enrollmentIds', { ...late, enrollmentIds: [nobody, nobody], dryRun: true }],
    ['enrollmentIds', { ...late, enrollmentIds: Array.from({ length: 10_001 }, newId), dryRun: true }],
    ['enrollmentIds[0]', { ...late, enrollmentIds: ['1'], dryRun: true }],
    ['day', { to: 'attended', reason, day: '2026-05-01', filter: {}, dryRun: true }],
    ['reason', { to: 'attended', reason: ' x ', filter: {}, dryRun: true }],
    ['filter.status', { ...late, filter: { status: 'here' }, dryRun: true }],
    ['filter.organizationId', { ...late, filter: { organizationId: nobody }, dryRun: true }],
  ])('is refused when %s cannot be', async (path, body) => {
    const event = await given([]);
    expect((await event.override(body)).body).toMatchObject({
      status: 422,
      code: 'validation_failed',
      errors: [{ path }],
    });
  });

  it('does not know people of another organization or event', async () => {
    const event = await given(['Ada']);
    const other = await given(['Byron']);
    const stranger = await givenOrganization(service.owner);
    const theirs = await givenStoredEvent(service.owner, stranger.id);
    const [foreign] = await givenEnrollments(service.owner, stranger.id, theirs, 1);
    const enrollmentIds = [foreign?.id, other.ids[0], nobody];
    const { body } = await event.override({ ...late, enrollmentIds, dryRun: true });
    expect(body).toMatchObject({ count: 0, refusedCount: 3 });
    expect(
      new Set(body.refused.map(({ code, detail }: Record<string, string>) => `${code} ${detail}`)).size,
    ).toBe(1);
  });

  it('takes ten thousand at once, and no more', async () => {
    const event = await given([]);
    await givenEnrollments(service.owner, service.organization.id, event.eventId, 10_000);
    const { body } = await event.override({ ...late, filter: {}, expectedCount: 10_000 });
    expect(body).toMatchObject({ count: 10_000, refusedCount: 0 });
    expect(await event.announced()).toHaveLength(10_000);
    await givenEnrollments(service.owner, service.organization.id, event.eventId, 1);
    const tooMany = await event.override({ ...late, filter: {}, dryRun: true });
    expect(tooMany.body).toMatchObject({ status: 422, code: 'too_many_enrollments', limit: 10_000 });
  });
});
