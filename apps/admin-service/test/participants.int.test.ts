import { listOf } from '@turnout/contracts/http/pagination';
import { participantBody } from '@turnout/contracts/http/participants';
import { historyReport } from '@turnout/contracts/http/reports';
import { givenToken } from '@turnout/test-kit/given';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AdminUnderTest, startAdminUnderTest } from './admin-under-test.ts';
import { csvRows, download, xlsxSheets } from './download.ts';
import { nobody } from './examples.ts';
import { givenCheckIn, givenClosure, givenEnrollment, givenEvent, participantOf } from './given.ts';

let service: AdminUnderTest;
beforeAll(async () => {
  service = await startAdminUnderTest();
});
afterAll(() => service[Symbol.asyncDispose]());

const limitedTo = async (...eventIds: string[]) =>
  service.as(await givenToken(service.owner, service.organization.id, 'auditor', { eventIds }));

/** Ada was at one event, missed the next, and is enrolled in the last. */
async function givenAda() {
  const email = `ada-${Math.random()}@example.org`;
  const first = await givenEvent(service, { name: '=Days' });
  const second = await givenEvent(service, {
    name: 'Nights',
    timeZone: 'America/New_York',
    startsAt: '2026-06-01T20:00:00-04:00',
    endsAt: '2026-06-01T23:00:00-04:00',
    attendanceRequirement: { type: 'any_day' },
  });
  const third = await givenEvent(service, {
    name: 'Later',
    startsAt: '2070-01-01T09:00:00+01:00',
    endsAt: '2070-01-03T17:00:00+01:00',
  });
  const ids: string[] = [];
  for (const eventId of [third, first, second]) {
    ids.push(await givenEnrollment(service, eventId, { name: 'Ada Lovelace', email }));
  }
  const [, inFirst = '', inSecond = ''] = ids;
  for (const scannedAt of ['2026-05-01T09:00:00+02:00', '2026-05-03T10:00:00+02:00']) {
    await givenCheckIn(service, { eventId: first, enrollmentId: inFirst, scannedAt });
  }
  await givenClosure(service, first, [inFirst]);
  await givenClosure(service, second, [inSecond]);
  const participantId = await participantOf(service, first, inFirst);
  return { first, second, third, email, participantId, path: `/v1/participants/${participantId}` };
}

describe('people', () => {
  it('are found by a part of their name or address in any case, or by their whole externalId', async () => {
    const { email, participantId } = await givenAda();
    const eventId = await givenEvent(service);
    const externalId = `staff_${eventId}`;
    await givenEnrollment(service, eventId, { name: '100%_Grace\\', externalId });
    const found = async (search: string) => {
      const { body } = await service.admin.get(`/v1/participants?search=${encodeURIComponent(search)}`);
      expect(listOf(participantBody).safeParse(body).error).toBeUndefined();
      return body.items.map(({ name, id }: { name: string; id: string }) =>
        id === participantId ? id : name,
      );
    };
    expect(await found(email.toUpperCase())).toEqual([participantId]);
    expect(await found('LOVELACE')).toContain(participantId);
    expect(await found(externalId)).toEqual(['100%_Grace\\']);
    expect(await found(externalId.slice(1))).toEqual([]);
    expect(await found('%_g')).toEqual(['100%_Grace\\']);
    expect(await found('\\')).toEqual(['100%_Grace\\']);
    expect(await found('%%')).toEqual([]);
  });

  it('are listed a page at a time, and a cursor goes on with the search it came from only', async () => {
    const eventId = await givenEvent(service);
    const name = `Page ${eventId}`;
    for (let person = 0; person < 3; person += 1) await givenEnrollment(service, eventId, { name });
    const path = `/v1/participants?search=${encodeURIComponent(name)}&limit=2`;
    const { items, nextCursor } = (await service.admin.get(path)).body;
    const rest = (await service.admin.get(`${path}&cursor=${nextCursor}`)).body;
    const ids = [...items, ...rest.items].map(({ id }: { id: string }) => id);
    expect([new Set(ids).size, rest.nextCursor]).toEqual([3, null]);
    expect((await service.admin.get(`/v1/participants?search=Page&cursor=${nextCursor}`)).status).toBe(422);
  });

  it('are read alone, and nobody is not there', async () => {
    const { path, email } = await givenAda();
    const { status, body } = await service.admin.get(path);
    expect([status, body]).toMatchObject([200, { name: 'Ada Lovelace', email, externalId: null }]);
    expect(participantBody.safeParse(body).error).toBeUndefined();
    for (const missing of [`/v1/participants/${nobody}`, `/v1/participants/${nobody}/history`]) {
      expect((await service.admin.get(missing)).body).toMatchObject({ status: 404, code: 'not_found' });
    }
  });

  it('are known to a token that is limited to some events when they are enrolled in one of them', async () => {
    const { path, first, email } = await givenAda();
    const elsewhere = await limitedTo(await givenEvent(service));
    expect((await elsewhere.get('/v1/participants')).body).toEqual({ items: [], nextCursor: null });
    expect((await elsewhere.get(path)).status).toBe(404);
    expect((await elsewhere.get(`${path}/history`)).status).toBe(404);
    const inFirst = await limitedTo(first);
    expect((await inFirst.get('/v1/participants')).body.items).toMatchObject([{ email }]);
    expect((await inFirst.get(`${path}/history`)).body).toMatchObject({
      rows: 1,
      items: [{ event: { id: first } }],
    });
  });
});

describe('the history of a person', () => {
  it('has every event they are enrolled in, the latest first, with what became of them there', async () => {
    const { first, second, third, path, participantId } = await givenAda();
    const { body } = await service.admin.get(`${path}/history`);
    expect(historyReport.safeParse(body).error).toBeUndefined();
    expect(body).toMatchObject({
      participant: { id: participantId, name: 'Ada Lovelace' },
      rows: 3,
      items: [
        { event: { id: third }, status: 'confirmed', presentDays: [], attendedAt: null },
        { event: { id: second }, status: 'no_show', requirementMet: false, missingDays: ['2026-06-01'] },
        { event: { id: first }, status: 'attended', presentDays: ['2026-05-01', '2026-05-03'] },
      ],
    });
  });

  it('can be had as a file, with the local times of each event', async () => {
    const { path } = await givenAda();
    const csv = csvRows(await download(service, `${path}/history?format=csv`));
    expect(csv[2]).toMatchObject({
      Event: "'=Days",
      'Time zone': 'Europe/Berlin',
      Days: '2026-05-01 2026-05-03',
      'First check-in (local)': '2026-05-01 09:00:00',
      'First check-in (UTC)': '2026-05-01 07:00:00',
    });
    const answer = await download(service, `${path}/history?format=xlsx`);
    expect(answer.headers.get('content-disposition')).toBe(
      'attachment; filename="History Ada Lovelace.xlsx"',
    );
    const [sheet = []] = await xlsxSheets(answer);
    expect(sheet.map(({ Event }) => Event)).toEqual(['Later', 'Nights', '=Days']);
  });

  it('leaves in the audit who asked for it, and nothing of the person', async () => {
    const { path, participantId, email } = await givenAda();
    const answer = await service.as(service.organization.tokens.auditor).get(`${path}/history`);
    const rows = await service.owner.query<Record<string, unknown>>(
      'select action, actor, details, cause from access.actions where subject_id = $1 order by action_id',
      [participantId],
    );
    const cause = answer.headers.get('x-request-id');
    const actor = { type: 'token', label: 'test auditor' };
    expect(rows).toMatchObject([
      {
        action: 'report.exported',
        actor,
        cause,
        details: { report: 'history', format: 'json', filters: {} },
      },
      { action: 'report.delivered', actor, cause, details: { report: 'history', format: 'json', rows: 3 } },
    ]);
    expect(JSON.stringify(rows)).not.toMatch(new RegExp(`Lovelace|${email}`));
  });
});
