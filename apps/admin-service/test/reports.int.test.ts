import {
  attendanceReport,
  checkInCounts,
  checkInReport,
  type EventReportRow,
  eventsReport,
} from '@turnout/contracts/http/reports';
import { givenToken } from '@turnout/test-kit/given';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AdminUnderTest, startAdminUnderTest } from './admin-under-test.ts';
import { csvRows, download, xlsxSheets } from './download.ts';
import { givenCheckIn, givenClosure, givenEnrollment, givenEvent } from './given.ts';

let service: AdminUnderTest;
beforeAll(async () => {
  service = await startAdminUnderTest();
});
afterAll(() => service[Symbol.asyncDispose]());

const annul = (checkInId: string) =>
  service.owner.query(
    `update attendance.check_ins set annulled_at = now(), annulled_by = '{}', annulment_reason = '=wrong badge'
     where check_in_id = $1`,
    [checkInId],
  );

/** Three days, two required: Ada came on two, Grace once and late, Edsger never, and Alan cancelled. */
async function givenAttendance() {
  const eventId = await givenEvent(service);
  const enroll = async (name: string, ticketType: string) => {
    const { body } = await service.admin.post(`/v1/events/${eventId}/enrollments`, {
      participant: {
        name,
        email: `${name.toLowerCase()}-${eventId}@example.org`,
        externalId: `${name}-${eventId}`,
      },
      ticketType,
    });
    return body.id as string;
  };
  const ada = await enroll('Ada', 'Speaker');
  const grace = await enroll('Grace', 'Guest');
  const edsger = await enroll('Edsger', 'Guest');
  const alan = await enroll('Alan', 'Guest');
  const scan = (enrollmentId: string, scannedAt: string, more: object = {}) =>
    givenCheckIn(service, { eventId, enrollmentId, scannedAt, ...more });
  await scan(ada, '2026-05-01T07:02:11.500Z');
  await scan(ada, '2026-05-01T12:00:00Z', { direction: 'exit' });
  await scan(ada, '2026-05-03T14:59:59Z', { station: 'Door B' });
  await annul(await scan(ada, '2026-05-02T08:00:00Z'));
  await scan(grace, '2026-05-02T21:59:59Z', { station: null });
  const path = `/v1/events/${eventId}/enrollments`;
  await service.admin.post(`${path}/${alan}/cancellation`, { reason: 'fell ill' });
  await givenClosure(service, eventId, [ada, grace, edsger]);
  await service.admin.post(`${path}/${grace}/overrides`, { to: 'attended', reason: '=was in the hall' });
  return { eventId, ada, grace, edsger, alan, path: `/v1/events/${eventId}/report` };
}

describe('the attendance report of an event', () => {
  it('has a row for each enrollment, in the order of enrolling, and counts them at its end', async () => {
    const { eventId, ada, grace, edsger, alan, path } = await givenAttendance();
    const { status, headers, body, text } = await service.admin.get(path);
    expect([status, headers.get('content-type')]).toEqual([200, 'application/json']);
    expect(attendanceReport.safeParse(body).error).toBeUndefined();
    const { closure: _whereItStands, ...event } = (await service.admin.get(`/v1/events/${eventId}`)).body;
    expect(body.event).toEqual(event);
    expect(body.items.map((row: { enrollmentId: string }) => row.enrollmentId)).toEqual([
      ada,
      grace,
      edsger,
      alan,
    ]);
    expect(text.endsWith('],"rows":4}')).toBe(true);
    expect(body.items[0]).toMatchObject({
      participant: { name: 'Ada', email: `ada-${eventId}@example.org`, externalId: `Ada-${eventId}` },
      ticketType: 'Speaker',
      status: 'attended',
      presentDays: ['2026-05-01', '2026-05-03'],
      missingDays: ['2026-05-02'],
      requiredDays: 2,
      requirementMet: true,
      checkIns: 2,
      firstCheckInAt: '2026-05-01T07:02:11.500Z',
      lastCheckInAt: '2026-05-03T14:59:59.000Z',
      attendedAt: expect.any(String),
      corrections: { count: 0, last: null },
    });
    expect(body.items[1]).toMatchObject({
      status: 'attended',
      presentDays: ['2026-05-02'],
      requirementMet: false,
      corrections: { count: 1, last: { reason: '=was in the hall', at: body.items[1].attendedAt } },
    });
    expect(body.items[2]).toMatchObject({
      status: 'no_show',
      presentDays: [],
      checkIns: 0,
      firstCheckInAt: null,
      attendedAt: null,
    });
    expect(body.items[3]).toMatchObject({ status: 'cancelled', requirementMet: false });
  });

  it('says of each person what reading them alone says', async () => {
    const { eventId, path } = await givenAttendance();
    for (const row of (await service.admin.get(path)).body.items) {
      const { body: alone } = await service.admin.get(
        `/v1/events/${eventId}/enrollments/${row.enrollmentId}`,
      );
      const { met, presentDays, missingDays, requiredDays } = alone.evaluation;
      expect({ met: row.requirementMet, ...row }).toMatchObject({
        met,
        presentDays,
        missingDays,
        requiredDays,
      });
      expect(row).toMatchObject({ status: alone.status, attendedAt: alone.attendedAt });
    }
  });

  it('as CSV has a column for each day, and times as the clocks of the event show them and in UTC', async () => {
    const { path, ada } = await givenAttendance();
    const answer = await download(service, `${path}?format=csv`);
    expect(answer.headers.get('content-type')).toBe('text/csv; charset=utf-8; header=present');
    expect(answer.bytes.subarray(0, 3).toString('hex')).toBe('efbbbf');
    expect(answer.bytes.toString().split('\r\n')).toHaveLength(6);
    const [first, second, third] = csvRows(answer);
    expect(first).toMatchObject({
      Name: 'Ada',
      Status: 'attended',
      '2026-05-01': 'yes',
      '2026-05-02': 'no',
      '2026-05-03': 'yes',
      'Days present': '2',
      'Days required': '2',
      'Days missing': '0',
      'Requirement met': 'yes',
      'Check-ins': '2',
      'First check-in (Europe/Berlin)': '2026-05-01 09:02:11',
      'First check-in (UTC)': '2026-05-01 07:02:11',
      'Last check-in (Europe/Berlin)': '2026-05-03 16:59:59',
      Corrections: '0',
      'Enrollment id': ada,
    });
    expect(second).toMatchObject({
      'First check-in (Europe/Berlin)': '2026-05-02 23:59:59',
      'Days missing': '1',
      Corrections: '1',
      'Last correction': "'=was in the hall",
    });
    expect(third).toMatchObject({ 'First check-in (UTC)': '', 'Attended at (UTC)': '' });
  });

  it('as XLSX has the same cells, numbers as numbers and times as dates', async () => {
    const { path } = await givenAttendance();
    const answer = await download(service, `${path}?format=xlsx`);
    expect(answer.headers.get('content-type')).toBe(
      'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
    );
    const [sheet = [], ...more] = await xlsxSheets(answer);
    expect(more).toEqual([]);
    expect(sheet).toHaveLength(4);
    expect(sheet[0]).toMatchObject({
      Name: 'Ada',
      '2026-05-02': 'no',
      'Days present': 2,
      'First check-in (Europe/Berlin)': new Date('2026-05-01T09:02:11Z'),
      'First check-in (UTC)': new Date('2026-05-01T07:02:11Z'),
    });
    expect(sheet[1]).toMatchObject({ 'Last correction': '=was in the hall', Corrections: 1 });
    expect(sheet[2]).toMatchObject({ 'First check-in (UTC)': null });
  });

  it.each([
    ['status=attended', ['Ada', 'Grace']],
    ['status=cancelled', ['Alan']],
    ['ticketType=Guest', ['Grace', 'Edsger', 'Alan']],
    ['arrived=yes', ['Ada', 'Grace']],
    ['arrived=no&status=no_show', ['Edsger']],
    ['ticketType=Nobody', []],
  ])('keeps to %s', async (filter, names) => {
    const { path } = await givenAttendance();
    const { body } = await service.admin.get(`${path}?${filter}`);
    expect(body.items.map((row: { participant: { name: string } }) => row.participant.name)).toEqual(names);
    expect(body.rows).toBe(names.length);
    expect(csvRows(await download(service, `${path}?${filter}&format=csv`))).toHaveLength(names.length);
    expect((await xlsxSheets(await download(service, `${path}?${filter}&format=xlsx`)))[0]).toHaveLength(
      names.length,
    );
  });

  it.each(['format=pdf', 'status=gone', 'arrived=maybe', 'ticketType=', 'limit=5', 'format=csv&format=csv'])(
    'refuses %s, and says what is wrong',
    async (query) => {
      const { path } = await givenAttendance();
      const { status, body } = await service.admin.get(`${path}?${query}`);
      expect([status, body.code]).toEqual([422, 'validation_failed']);
    },
  );

  it('of an event without anybody has its header, and nothing else', async () => {
    const path = `/v1/events/${await givenEvent(service)}/report`;
    expect((await service.admin.get(path)).body).toMatchObject({ items: [], rows: 0 });
    expect((await download(service, `${path}?format=csv`)).bytes.toString()).toMatch(/^\uFEFFName,.*\r\n$/);
    expect(await xlsxSheets(await download(service, `${path}?format=xlsx`))).toEqual([[]]);
  });
});

describe('what people call themselves', () => {
  const hostile = [
    "=cmd|' /C calc'!A0",
    '+1+1',
    '-2+3',
    '@SUM(A1)',
    '"quoted", and more',
    "O'Brien; drop table",
    '👩‍🚀 Zoë Łukasz',
    '\u202Eevil\u202C name',
    'محمد علي',
    '<b>&amp;</b>',
    '\u00A0 leading space',
    '名'.repeat(200),
    '🎪'.repeat(200),
    '_x0041_ and \uFFFE \uFFFF',
  ];

  it('arrives as they wrote it, and is no formula', async () => {
    const eventId = await givenEvent(service);
    for (const name of hostile)
      await givenEnrollment(service, eventId, { name, externalId: `=${name.slice(0, 50)}-${eventId}` });
    const path = `/v1/events/${eventId}/report`;
    const json = (await service.admin.get(path)).body.items;
    expect(json.map((row: { participant: { name: string } }) => row.participant.name)).toEqual(hostile);
    const escaped = (text: string) => (/^[=+\-@]/.test(text) ? `'${text}` : text);
    const csv = csvRows(await download(service, `${path}?format=csv`));
    expect(csv.map(({ Name }) => Name)).toEqual(hostile.map(escaped));
    expect(csv.every((row) => row['External id']?.startsWith("'="))).toBe(true);
    const [sheet = []] = await xlsxSheets(await download(service, `${path}?format=xlsx`));
    expect(sheet.map(({ Name }) => Name)).toEqual(hostile);
  });

  it('odd values put into the database by hand break no file', async () => {
    const eventId = await givenEvent(service);
    await givenEnrollment(service, eventId, { email: `control-${eventId}@example.org` });
    const name = '\u0001bell\u0007 \r\n=next, line\t\uFFFE ]]> _x0041_';
    await service.owner.query('update attendance.participants set name = $1 where email = $2', [
      name,
      `control-${eventId}@example.org`,
    ]);
    const path = `/v1/events/${eventId}/report`;
    expect((await service.admin.get(path)).body.items[0].participant.name).toBe(name);
    expect(csvRows(await download(service, `${path}?format=csv`))[0]?.Name).toBe(name);
    const [sheet = []] = await xlsxSheets(await download(service, `${path}?format=xlsx`));
    expect(sheet[0]).toMatchObject({ Name: name, Status: 'confirmed' });
  });

  it.each([
    ['TypeScript Days', 'Attendance 2026-05-01 TypeScript Days.csv'],
    ['a"; filename="evil.exe', 'Attendance 2026-05-01 a ; filename= evil.exe.csv'],
    ['../../etc/passwd', 'Attendance 2026-05-01 .. .. etc passwd.csv'],
    ['Zażółć 100% 🎪', 'Attendance 2026-05-01 Zażółć 100 🎪.csv'],
    ['\u202Egpj.exe', 'Attendance 2026-05-01 gpj.exe.csv'],
  ])('the file of %j has a name that can do no harm', async (name, expected) => {
    const eventId = await givenEvent(service, { name });
    const { headers } = await download(service, `/v1/events/${eventId}/report?format=csv`);
    const header = headers.get('content-disposition') ?? '';
    expect(header).toMatch(/^attachment; filename="[ -~]*"(; filename\*=UTF-8''[\w.!~*'()%-]+)?$/);
    const [, extended] = /filename\*=UTF-8''(.*)$/.exec(header) ?? [];
    const [, plain] = /filename="(.*?)"/.exec(header) ?? [];
    expect(extended === undefined ? plain : decodeURIComponent(extended)).toBe(expected);
  });
});

describe('the report of check-ins', () => {
  it('has every check-in, also exits and annulled ones, and says who recorded it', async () => {
    const { eventId, ada, grace } = await givenAttendance();
    const path = `/v1/events/${eventId}/check-ins/report`;
    const { body } = await service.admin.get(path);
    expect(checkInReport.safeParse(body).error).toBeUndefined();
    expect(body.rows).toBe(5);
    expect(body.items[0]).toMatchObject({
      enrollmentId: ada,
      participant: { name: 'Ada' },
      day: '2026-05-01',
      scannedAt: '2026-05-01T07:02:11.500Z',
      station: 'Door A',
      direction: 'entry',
      annulledAt: null,
      turnedAway: false,
    });
    expect(body.items[1]).toMatchObject({ direction: 'exit' });
    expect(body.items[3]).toMatchObject({ annulmentReason: '=wrong badge', annulledAt: expect.any(String) });
    expect(body.items[4]).toMatchObject({ enrollmentId: grace, station: null });
    const csv = csvRows(await download(service, `${path}?format=csv`));
    expect(csv[3]).toMatchObject({ 'Annulled because': "'=wrong badge", Name: 'Ada' });
    expect(csv[4]).toMatchObject({ 'Scanned at (Europe/Berlin)': '2026-05-02 23:59:59', Station: '' });
    const [sheet = []] = await xlsxSheets(await download(service, `${path}?format=xlsx`));
    expect(sheet[4]).toMatchObject({ 'Scanned at (UTC)': new Date('2026-05-02T21:59:59Z'), Station: null });
  });

  it('keeps to a day, a station, a device, a person', async () => {
    const { eventId, ada } = await givenAttendance();
    const path = `/v1/events/${eventId}/check-ins/report`;
    const { items } = (await service.admin.get(path)).body;
    const rows = async (query: string) => (await service.admin.get(`${path}?${query}`)).body.rows;
    expect(await rows('day=2026-05-02')).toBe(2);
    expect(await rows('station=Door%20B')).toBe(1);
    expect(await rows(`device=${items[0].device.id}`)).toBe(1);
    expect(await rows(`enrollmentId=${ada.toUpperCase()}`)).toBe(4);
    expect(await rows('day=2026-05-09')).toBe(0);
    expect((await service.admin.get(`${path}?day=2026-02-30`)).status).toBe(422);
  });
});

describe('counting check-ins', () => {
  it('by hour goes by the clocks of the event, and counts who came for the first time', async () => {
    const eventId = await givenEvent(service, { timeZone: 'Asia/Kathmandu' });
    const [one, two] = [await givenEnrollment(service, eventId), await givenEnrollment(service, eventId)];
    const scan = (enrollmentId: string, scannedAt: string) =>
      givenCheckIn(service, { eventId, enrollmentId, scannedAt });
    await scan(one, '2026-05-01T09:14:59+05:45');
    await scan(two, '2026-05-01T09:59:59+05:45');
    await scan(one, '2026-05-01T10:00:00+05:45');
    await annul(await scan(two, '2026-05-01T11:30:00+05:45'));
    const path = `/v1/events/${eventId}/check-ins/counts?by=hour`;
    const { body } = await service.admin.get(path);
    expect(checkInCounts.safeParse(body).error).toBeUndefined();
    expect(body.items).toEqual([
      { hour: '2026-05-01T03:15:00.000Z', checkIns: 2, arrivals: 2 },
      { hour: '2026-05-01T04:15:00.000Z', checkIns: 1, arrivals: 0 },
    ]);
    expect(csvRows(await download(service, `${path}&format=csv`))).toEqual([
      {
        'Hour (Asia/Kathmandu)': '2026-05-01 09:00:00',
        'Hour (UTC)': '2026-05-01 03:15:00',
        'Check-ins': '2',
        Arrivals: '2',
      },
      {
        'Hour (Asia/Kathmandu)': '2026-05-01 10:00:00',
        'Hour (UTC)': '2026-05-01 04:15:00',
        'Check-ins': '1',
        Arrivals: '0',
      },
    ]);
  });

  it('by station and by device counts people once each', async () => {
    const eventId = await givenEvent(service);
    const token = await givenToken(service.owner, service.organization.id, 'front_desk');
    const deviceId = (token.split('_')[1] ?? '').replace(
      /^(.{8})(.{4})(.{4})(.{4})(.{12})$/,
      '$1-$2-$3-$4-$5',
    );
    const [one, two] = [await givenEnrollment(service, eventId), await givenEnrollment(service, eventId)];
    const scan = (enrollmentId: string, station: string | null) =>
      givenCheckIn(service, { eventId, enrollmentId, scannedAt: '2026-05-01T08:00:00Z', station, deviceId });
    await scan(one, 'A');
    await scan(one, 'A');
    await scan(two, 'A');
    await scan(two, null);
    const counts = async (by: string) =>
      (await service.admin.get(`/v1/events/${eventId}/check-ins/counts?by=${by}`)).body.items;
    expect(await counts('station')).toEqual([
      { station: 'A', checkIns: 3, arrivals: 2, people: 2 },
      { station: null, checkIns: 1, arrivals: 0, people: 1 },
    ]);
    expect(await counts('device')).toEqual([
      { device: { id: deviceId, label: 'test front_desk' }, checkIns: 4, arrivals: 2, people: 2 },
    ]);
    expect((await service.admin.get(`/v1/events/${eventId}/check-ins/counts`)).status).toBe(422);
  });
});

describe('the report across events', () => {
  it('has a row for each event of a period, counted by status', async () => {
    const { eventId } = await givenAttendance();
    const { body } = await service.admin.get('/v1/reports/attendance?from=2026-05-01&to=2026-05-01');
    expect(eventsReport.safeParse(body).error).toBeUndefined();
    const row = body.items.find(({ event }: { event: { id: string } }) => event.id === eventId);
    expect(row).toMatchObject({
      enrollments: 4,
      byStatus: { confirmed: 0, checked_in: 0, attended: 2, no_show: 1, cancelled: 1 },
      attendanceRate: 2 / 3,
      corrections: 1,
      closure: 'closed',
    });
    const csv = csvRows(await download(service, '/v1/reports/attendance?format=csv'));
    expect(csv.find((line) => line['Event id'] === eventId)).toMatchObject({
      Event: 'TypeScript Days',
      'First day': '2026-05-01',
      Requirement: 'minimum_days 2',
      Attended: '2',
      'No-shows': '1',
      Closure: 'closed',
    });
    const [sheet = []] = await xlsxSheets(await download(service, '/v1/reports/attendance?format=xlsx'));
    expect(sheet.find((line) => line['Event id'] === eventId)).toMatchObject({ 'Attendance rate': 2 / 3 });
  });

  it('an event belongs to the period in which its first day is, by its own clocks', async () => {
    const night = { dayBoundary: '04:00', attendanceRequirement: { type: 'any_day' } };
    const make = (timeZone: string, startsAt: string, endsAt: string) =>
      givenEvent(service, { ...night, timeZone, startsAt, endsAt });
    const early = await make('Pacific/Kiritimati', '2031-01-01T05:00:00+14:00', '2031-01-01T22:00:00+14:00');
    const late = await make('Pacific/Pago_Pago', '2031-01-01T23:00:00-11:00', '2031-01-02T01:00:00-11:00');
    const before = await make('Europe/Berlin', '2031-01-01T03:00:00+01:00', '2031-01-01T05:00:00+01:00');
    const between = async (from: string, to: string) => {
      const { body } = await service.admin.get(`/v1/reports/attendance?from=${from}&to=${to}`);
      return body.items.map(({ event }: { event: { id: string } }) => event.id);
    };
    expect(await between('2031-01-01', '2031-01-01')).toEqual([early, late]);
    expect(await between('2030-12-31', '2030-12-31')).toEqual([before]);
    expect(await between('2031-01-02', '2031-12-31')).toEqual([]);
    const { body } = await service.admin.get('/v1/reports/attendance?from=2031-01-01');
    expect(body).toMatchObject({ from: '2031-01-01', to: null, rows: 2 });
    expect(body.items[0]).toMatchObject({ attendanceRate: null, closure: 'not_due' });
  });

  it('says of each closure what the event itself says', async () => {
    const oneDay = {
      startsAt: '2027-03-01T08:00:00Z',
      endsAt: '2027-03-01T17:00:00Z',
      attendanceRequirement: { type: 'any_day' },
    };
    const due = await givenEvent(service, oneDay);
    const waiting = await givenEvent(service, { ...oneDay, deviceGraceMinutes: 525_600 });
    await service.owner.query(
      `update attendance.events set starts_at = now() - interval '9 hours', ends_at = now() - interval '1 hour'
       where event_id = any($1)`,
      [[due, waiting]],
    );
    await service.owner.query(
      'insert into attendance.device_watermarks values ($1, gen_random_uuid(), now(), now())',
      [waiting],
    );
    const { body } = await service.admin.get('/v1/reports/attendance');
    const reported = new Map(
      body.items.map(({ event, closure }: EventReportRow) => [event.id, closure] as const),
    );
    for (const [eventId, state] of Object.entries({ [due]: 'due', [waiting]: 'waiting_for_devices' })) {
      expect(reported.get(eventId)).toBe(state);
      expect((await service.admin.get(`/v1/events/${eventId}`)).body.closure.state).toBe(state);
    }
  });

  it('refuses a period that ends before it begins', async () => {
    const { body } = await service.admin.get('/v1/reports/attendance?from=2026-05-02&to=2026-05-01');
    expect(body).toMatchObject({ status: 422, errors: [{ path: 'to', message: 'must not be before from' }] });
  });

  it('shows a token that is limited to some events these only', async () => {
    const [ours, other] = [await givenEvent(service), await givenEvent(service)];
    const limited = service.as(
      await givenToken(service.owner, service.organization.id, 'auditor', { eventIds: [ours] }),
    );
    const { body } = await limited.get('/v1/reports/attendance');
    expect(body.items.map(({ event }: { event: { id: string } }) => event.id)).toEqual([ours]);
    expect((await limited.get(`/v1/events/${ours}/report`)).status).toBe(200);
    expect((await limited.get(`/v1/events/${other}/report`)).status).toBe(404);
  });
});
