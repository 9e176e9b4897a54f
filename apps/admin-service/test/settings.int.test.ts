import { organizationSettings } from '@turnout/contracts/http/settings';
import { givenOrganization, givenToken } from '@turnout/test-kit/given';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type AdminUnderTest, startAdminUnderTest } from './admin-under-test.ts';
import { typeScriptDays } from './examples.ts';
import { givenEvent } from './given.ts';

let service: AdminUnderTest;
beforeAll(async () => {
  service = await startAdminUnderTest();
});
afterAll(() => service[Symbol.asyncDispose]());
beforeEach(async () => {
  await service.owner.query('delete from access.settings');
});

const unlessSaid = {
  defaultAttendanceRequirement: null,
  closureGraceMinutes: 0,
  reentry: 'allowed',
  closureNotifications: { participants: true, organizers: false },
  retentionDays: null,
};
const said = {
  defaultAttendanceRequirement: { type: 'minimum_days', days: 2 },
  closureGraceMinutes: 45,
  reentry: 'once_per_day',
  closureNotifications: { participants: false, organizers: true },
  retentionDays: 365,
};
const { attendanceRequirement: _own, ...withoutRequirement } = typeScriptDays;
const put = (settings: object) => service.admin.put('/v1/settings', settings);
const read = async () => organizationSettings.parse((await service.admin.get('/v1/settings')).body);
const actions = async () =>
  await service.owner.query<Record<string, unknown>>(
    `select organization_id, details from access.actions where action = 'settings.changed' order by action_id`,
  );

describe('what an organization wants by default', () => {
  it('is something before it has said anything, and afterwards what it said', async () => {
    expect(await read()).toEqual(unlessSaid);
    expect(await put(said)).toMatchObject({ status: 200, body: said });
    expect(await read()).toEqual(said);
    const other = await givenOrganization(service.owner);
    expect((await service.as(other.tokens.admin).get('/v1/settings')).body).toEqual(unlessSaid);
  });

  it('is written down when it changes, with what it was, also when many say so at once', async () => {
    const written = (await actions()).length;
    await Promise.all([1, 2, 3, 4].map((closureGraceMinutes) => put({ ...unlessSaid, closureGraceMinutes })));
    await put(await read());
    const done = (await actions()).slice(written);
    const steps = done.map(({ details }) => details as { before: object; after: object });
    expect(steps).toHaveLength(4);
    // Each begins where the one before it ended, in the order in which they were made.
    const befores = steps.map(({ before }) => JSON.stringify(before)).sort();
    const afters = [{ closureGraceMinutes: 0 }, ...steps.map(({ after }) => after)].map((some) =>
      JSON.stringify(some),
    );
    const last = JSON.stringify({ closureGraceMinutes: (await read()).closureGraceMinutes });
    expect([...befores, last].sort()).toEqual(afters.sort());
  });

  it.each([
    ['closureGraceMinutes', { closureGraceMinutes: -1 }],
    ['reentry', { reentry: 'never' }],
    ['retentionDays', { retentionDays: 0 }],
    [
      'defaultAttendanceRequirement.days',
      { defaultAttendanceRequirement: { type: 'minimum_days', days: 367 } },
    ],
    ['closureNotifications.participants', { closureNotifications: { organizers: true } }],
    ['colour', { colour: 'red' }],
  ])('is refused with a word about %s', async (path, changes) => {
    const { status, body } = await put({ ...unlessSaid, ...changes });
    expect({ status, code: body.code }).toEqual({ status: 422, code: 'validation_failed' });
    expect(JSON.stringify(body.errors)).toContain(path.split('.')[0]);
    expect(await read()).toEqual(unlessSaid);
  });

  it('is for admins to say, and not for a token that is limited to some events', async () => {
    const { tokens, id } = service.organization;
    expect((await service.as(tokens.auditor).get('/v1/settings')).status).toBe(200);
    expect((await service.as(tokens.auditor).put('/v1/settings', said)).status).toBe(403);
    const limited = await givenToken(service.owner, id, 'admin', { eventIds: [await givenEvent(service)] });
    expect((await service.as(limited).put('/v1/settings', said)).status).toBe(403);
    expect((await service.as(limited).get('/v1/settings')).status).toBe(403);
  });
});

describe('a new event', () => {
  it('is as the organization wants it where it does not say otherwise', async () => {
    await put(said);
    expect((await service.admin.post('/v1/events', withoutRequirement)).body).toMatchObject({
      attendanceRequirement: { type: 'minimum_days', days: 2 },
      closureGraceMinutes: 45,
      reentry: 'once_per_day',
    });
    const own = {
      attendanceRequirement: { type: 'any_day' },
      closureGraceMinutes: 0,
      reentry: 'allowed',
    };
    expect((await service.admin.post('/v1/events', { ...withoutRequirement, ...own })).body).toMatchObject(
      own,
    );
  });

  it('is refused without a requirement where the organization has no default, or one that does not fit', async () => {
    expect((await service.admin.post('/v1/events', withoutRequirement)).body).toMatchObject({
      status: 422,
      code: 'validation_failed',
      errors: [{ path: 'attendanceRequirement' }],
    });
    await put(said);
    const short = { ...withoutRequirement, endsAt: '2026-05-01T17:00:00+02:00' };
    expect((await service.admin.post('/v1/events', short)).body).toMatchObject({
      status: 422,
      code: 'requirement_exceeds_event_days',
    });
  });
});
