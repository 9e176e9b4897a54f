import { randomUUID } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { importError, importProgress, importResult } from '@turnout/contracts/http/enrollment-import';
import { givenOrganization, givenToken } from '@turnout/test-kit/given';
import { isAnyoneWaiting } from '@turnout/test-kit/is-anyone-waiting';
import { waitUntil } from '@turnout/test-kit/wait-until';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type AdminUnderTest, type Answer, startAdminUnderTest } from './admin-under-test.ts';
import { nobody, someone } from './examples.ts';
import { givenEnrollment, givenEvent } from './given.ts';

let service: AdminUnderTest;
let eventId: string;
beforeAll(async () => {
  service = await startAdminUnderTest();
});
beforeEach(async () => {
  eventId = await givenEvent(service);
});
afterAll(() => service[Symbol.asyncDispose]());

type File = string | Uint8Array;
const csv = { 'content-type': 'text/csv' };
const send = (file: File, { query = '', headers = {}, event = eventId, client = service.admin } = {}) =>
  client.send('POST', `/v1/events/${event}/enrollments/import${query}`, file, { ...csv, ...headers });
const people = async (event = eventId) =>
  (await service.admin.get(`/v1/events/${event}/enrollments?limit=200`)).body.items;
const names = async () =>
  (await people()).map(({ participant }: { participant: { name: string } }) => participant.name);

/** Where and what, of each error. */
function errorsOf({ body }: Answer): [number, string | null, string][] {
  for (const error of body.errors) expect(importError.safeParse(error).error).toBeUndefined();
  return body.errors.map(({ row, column, code }: Record<string, unknown>) => [row, column, code]);
}

async function everything() {
  const [rows] = await service.owner.query(
    `select (select count(*) from attendance.participants) as people, (select count(*) from attendance.enrollments) as enrollments,
       (select count(*) from attendance.transitions) as transitions, (select count(*) from attendance.imports) as imports,
       (select count(*) from access.actions) as actions`,
  );
  return rows;
}

describe('importing a file', () => {
  it('enrolls each of its people as one by one, and writes down that it did', async () => {
    const importId = randomUUID();
    const answer = await send(
      [
        'name,email,ticketType,accessCode,externalId,locale',
        `Ada Lovelace,ada-${importId}@example.org,Speaker,code-1,A-1-${importId},en-GB`,
        `"Hopper, ""Amazing"" Grace",grace-${importId}@example.org,,,,`,
        '',
      ].join('\n'),
      { query: `?importId=${importId}` },
    );
    expect(answer).toMatchObject({ status: 200, body: { created: 2 } });
    expect(importResult.safeParse(answer.body).error).toBeUndefined();
    const [ada, grace] = await people();
    expect(ada).toMatchObject({
      status: 'confirmed',
      version: 1,
      ticketType: 'Speaker',
      accessCode: 'code-1',
      participant: { name: 'Ada Lovelace', externalId: `A-1-${importId}`, locale: 'en-GB' },
    });
    expect(grace).toMatchObject({
      ticketType: null,
      accessCode: expect.stringMatching(/^[0-9A-HJKMNP-TV-Z]{20}$/),
      participant: { name: 'Hopper, "Amazing" Grace', externalId: null, locale: null },
    });
    const cause = answer.headers.get('x-request-id');
    const { body: story } = await service.admin.get(`/v1/events/${eventId}/enrollments/${grace.id}`);
    expect(story.transitions).toMatchObject([{ from: null, to: 'confirmed', version: 1, cause }]);
    const actions = await service.owner.query(
      `select action, actor, subject_id, details, cause from access.actions
       where event_id = $1 and action <> 'event.created'`,
      [eventId],
    );
    expect(actions).toEqual([
      {
        action: 'enrollments.imported',
        actor: { type: 'token', id: expect.any(String), label: 'test admin' },
        subject_id: importId,
        details: { created: 2 },
        cause,
      },
    ]);
    expect(await service.owner.query('select 1 from outbox.messages')).toEqual([]);
  });

  it.each<[string, File]>([
    ['a byte order mark', '\uFEFFname,email\nÄda,ada@example.org\n'],
    ['CRLF, and no end of the last line', 'name,email\r\nÄda,ada@example.org'],
    ['semicolons, as Excel writes them', 'name;email\r\nÄda;ada@example.org\r\n'],
    ['tabs', 'name\temail\nÄda\tada@example.org\n'],
    ['quotes around everything', '"name","email"\n"Äda","ada@example.org"\n'],
    ['columns in another order and in other letters', ' Email , NAME\nada@example.org,Äda\n'],
    ['empty rows and rows of empty cells', 'name,email\n\n,\nÄda,ada@example.org\n,\n\n'],
  ])('reads one with %s', async (_what, file) => {
    expect(await send(file)).toMatchObject({ status: 200, body: { created: 1 } });
    expect(await names()).toEqual(['Äda']);
  });

  it('keeps what stands in a cell to the letter, formulas too', async () => {
    const texts = [
      '=HYPERLINK("http://example.org")',
      '+1',
      '-1',
      '@x',
      '  Ada  ',
      'null',
      '👩🏽‍🚀',
      "'; drop table x; --",
    ];
    const rows = texts.map((text, index) => `"${text.replaceAll('"', '""')}",p${index}@example.org`);
    expect((await send(['name,email', ...rows].join('\n'))).body).toEqual({ created: texts.length });
    expect(await names()).toEqual(texts);
  });

  it('as a dry run answers the same, and writes nothing', async () => {
    const before = await everything();
    const file = 'name,email\nAda,dry@example.org\nByron,DRY@example.org\n';
    const good = 'name,email\nAda,dry@example.org\n';
    expect(await send(good, { query: '?dryRun=true' })).toMatchObject({ status: 200, body: { created: 1 } });
    const dry = await send(file, { query: '?dryRun=true' });
    expect(await everything()).toEqual(before);
    const real = await send(file);
    const { requestId: _, ...said } = real.body;
    expect(dry.body).toMatchObject(said);
    expect(await everything()).toEqual(before);
  });
});

describe('a file in which something is wrong', () => {
  it('enrolls nobody, and names each error by row and column, found by itself or against who is enrolled', async () => {
    const unique = randomUUID();
    const twins = `twins-${unique}@example.org`;
    const elsewhere = await givenEvent(service);
    for (const externalId of [`t1-${unique}`, `t2-${unique}`]) {
      await givenEnrollment(service, elsewhere, { email: twins, externalId });
    }
    await service.admin.post(`/v1/events/${eventId}/enrollments`, {
      ...someone({ name: 'Enrolled', email: `enrolled-${unique}@example.org` }),
      accessCode: 'taken',
    });
    const before = await everything();
    const answer = await send(
      [
        'name,email,ticketType,accessCode,externalId,locale', // 1
        `Ada,ada-${unique}@example.org,,,,`, // 2
        `"two`, // 3, a row of two lines
        `lines",lines-${unique}@example.org,,,,`,
        `,no name,,two words,,not a locale`, // 4
        '', // 5
        `Again,ENROLLED-${unique}@example.org,,taken,,`, // 6: the row goes, so its code is no matter
        `Taken,taken-${unique}@example.org,,taken,,`, // 7
        `Twin,${twins},,,,`, // 8
        `Ada,ADA-${unique}@example.org,,,,`, // 9
        `${'x'.repeat(201)},ada-${unique}@example.org,,,,`, // 10
        `One,one-${unique}@example.org,,same,,`, // 11
        `Two,two-${unique}@example.org,,same,,`, // 12
        `Few,few-${unique}@example.org`, // 13
      ].join('\r\n'),
    );
    expect(answer).toMatchObject({ status: 422, body: { code: 'validation_failed', moreErrors: 0 } });
    expect(errorsOf(answer)).toEqual([
      [3, 'name', 'invalid'],
      [4, 'name', 'invalid'],
      [4, 'email', 'invalid'],
      [4, 'accessCode', 'invalid'],
      [4, 'locale', 'invalid'],
      [6, 'email', 'already_enrolled'],
      [7, 'accessCode', 'access_code_taken'],
      [8, 'email', 'participant_ambiguous'],
      [9, 'email', 'repeated_person'],
      [10, 'name', 'invalid'],
      [10, 'email', 'repeated_person'],
      [12, 'accessCode', 'repeated_access_code'],
      [13, null, 'invalid'],
    ]);
    expect(answer.body.errors[0].path).toBe('rows[3].name');
    expect(answer.body.errors.at(-1).path).toBe('rows[13]');
    expect(answer.body.errors[8]).toMatchObject({ sameAsRow: 2 });
    expect(answer.text).not.toContain(unique);
    expect(await everything()).toEqual(before);
  });

  it('lists ten thousand errors in the order of the rows, and says how many more there are', async () => {
    await givenEnrollment(service, eventId, { email: 'first@example.org' });
    const bad = Array.from({ length: 10_150 }, (_, index) => `,${index}@example.org`);
    const answer = await send(['name,email', 'Ada,first@example.org', ...bad].join('\n'));
    expect(answer.body).toMatchObject({ status: 422, errorCount: 10_151, moreErrors: 151 });
    expect(errorsOf(answer).slice(0, 2)).toEqual([
      [2, 'email', 'already_enrolled'],
      [3, 'name', 'invalid'],
    ]);
    expect(answer.body.errors).toHaveLength(10_000);
  });

  it.each<[string, File, [number, string | null][]]>([
    ['nothing', '', [[1, null]]],
    ['a byte order mark and nothing', '\uFEFF', [[1, null]]],
    ['a header and nobody', 'name,email\n', [[2, null]]],
    ['a column twice', 'name,email,Email\nAda,a@example.org,b@example.org\n', [[1, 'email']]],
    ['a column nobody knows', 'name,email,shoe size\nAda,a@example.org,38\n', [[1, 'C']]],
    ['no column of the address', 'name\nAda\n', [[1, 'email']]],
    [
      'no header',
      'Ada,a@example.org\n',
      [
        [1, 'A'],
        [1, 'B'],
        [1, 'name'],
        [1, 'email'],
      ],
    ],
    ['a quote that is never closed', 'name,email\nAda,a@example.org\n"B,b@example.org\n', [[3, null]]],
    [
      'a quote that is never closed in a long file',
      `name,email\n"A,b@example.org\n${'B,b@example.org\n'.repeat(2_000)}`,
      [[2, null]],
    ],
    ['a quote in the middle', 'name,email\nA"d"a,a@example.org\n', [[2, null]]],
    ['text after a quote', 'name,email\n"A"da,a@example.org\n', [[2, null]]],
    ['a cell of a megabyte', `name,email\n${'x'.repeat(1_000_000)},a@example.org\n`, [[2, null]]],
    ['10,001 columns', `name,email${',x'.repeat(9_999)}\n`, [[1, null]]],
    ['1,000 columns too many', `name,email\nA,a@example.org${',x'.repeat(1_000)}\n`, [[2, null]]],
    ['NUL', 'name,email\nA\u0000da,a@example.org\n', [[2, 'name']]],
    ['a control character', 'name,email\nA\u001bda,a@example.org\n', [[2, 'name']]],
    [
      'a lone surrogate',
      Buffer.concat([
        Buffer.from('name,email\nA'),
        Buffer.from([0xed, 0xa0, 0x80]),
        Buffer.from('da,a@example.org\n'),
      ]),
      [[2, 'name']],
    ],
    [
      'Latin-1',
      Buffer.from('name,email,ticketType\nAda,a@example.org,\nZoë,z@example.org,Tür\n', 'latin1'),
      [
        [3, 'name'],
        [3, 'ticketType'],
      ],
    ],
    ['UTF-16', Buffer.from('\uFEFFname,email\nAda,a@example.org\n', 'utf16le'), [[1, null]]],
    [
      'no text',
      new Uint8Array([0x50, 0x4b, 3, 4, 0, 0xff, 0xfe, 10, 0xff]),
      [
        [1, 'A'],
        [1, 'name'],
        [1, 'email'],
      ],
    ],
    ['one person too many', `name,email\n${'A,a\n'.repeat(100_001)}`, []],
  ])('is refused where it is wrong: %s', async (_what, file, places) => {
    const answer = await send(file);
    expect(answer).toMatchObject({ status: 422, body: { code: 'validation_failed' } });
    if (places.length > 0) expect(errorsOf(answer).map(([row, column]) => [row, column])).toEqual(places);
    expect(await people()).toEqual([]);
  });

  it('is refused before it is read, when it is no file of that kind', async () => {
    const file = 'name,email\nAda,a@example.org\n';
    const json = { 'content-type': 'application/json' };
    expect(await send(file, { headers: json })).toMatchObject({
      status: 400,
      body: { code: 'malformed_request' },
    });
    const latin1 = { 'content-type': 'text/csv; charset=iso-8859-1' };
    expect(await send(file, { headers: latin1 })).toMatchObject({ status: 400 });
    expect(
      await send(file, { headers: { 'content-type': 'text/csv; charset=UTF-8; header=present' } }),
    ).toMatchObject({ status: 200 });
    expect(await send(file, { query: '?dryRun=yes' })).toMatchObject({
      status: 422,
      body: { errors: [{ path: 'dryRun' }] },
    });
    expect(await send(file, { query: '?importId=1' })).toMatchObject({
      status: 422,
      body: { errors: [{ path: 'importId' }] },
    });
    expect(await send(file, { event: nobody })).toMatchObject({ status: 404 });
  });

  it('is refused when it is more than ten megabytes, also when it was made small to be sent', async () => {
    const line = `${'x'.repeat(99)}\n`;
    expect((await send(line.repeat(101_000))).status).toBe(413);
    const bomb = gzipSync(line.repeat(1_000_000));
    expect((await send(bomb, { headers: { 'content-encoding': 'gzip' } })).status).toBe(413);
    const small = gzipSync('name,email\nAda,a@example.org\n');
    expect(await send(small, { headers: { 'content-encoding': 'gzip' } })).toMatchObject({ status: 200 });
  });

  it('is refused for a cancelled event', async () => {
    await service.admin.post(`/v1/events/${eventId}/cancellation`, { reason: 'storm' });
    expect((await send('name,email\nAda,a@example.org\n')).body).toMatchObject({
      status: 409,
      code: 'event_cancelled',
    });
  });
});

describe('an import that is sent again', () => {
  const file = (who: string) => `name,email\nAda,${who}-1@example.org\nByron,${who}-2@example.org\n`;

  it('is answered as the first time when it has a name, and done once, also of two in the same instant', async () => {
    const query = `?importId=${randomUUID()}`;
    const atOnce = await Promise.all([send(file('again'), { query }), send(file('again'), { query })]);
    const answers = [...atOnce, await send(file('again'), { query })];
    expect(answers.map(({ status, body }) => [status, body])).toEqual(
      answers.map(() => [200, { created: 2 }]),
    );
    expect(answers.filter(({ headers }) => headers.get('idempotent-replayed') === 'true')).toHaveLength(2);
    expect(await people()).toHaveLength(2);
    expect(await send(file('again'), { query: `${query}&dryRun=true` })).toMatchObject({
      status: 200,
      body: { created: 2 },
    });
    expect((await send(file('other'), { query })).body).toMatchObject({
      status: 409,
      code: 'import_id_reused',
    });
    const other = await givenEvent(service);
    expect(await send(file('other'), { query, event: other })).toMatchObject({ status: 200 });
  });

  it('without a name is refused, and says that all of them are enrolled already', async () => {
    await send(file('same'));
    const again = await send(file('same'));
    expect(errorsOf(again)).toEqual([
      [2, 'email', 'already_enrolled'],
      [3, 'email', 'already_enrolled'],
    ]);
    const [first] = await people();
    expect(again.body).toMatchObject({
      detail: expect.stringContaining('imported before'),
      errors: [{ enrollmentId: first.id }, {}],
    });
  });

  it('by two at once without a name enrolls everybody once', async () => {
    const answers = await Promise.all([send(file('two')), send(file('two'))]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 422]);
    expect(await people()).toHaveLength(2);
  });
});

describe('an import', () => {
  const lockedOut = (count: number) =>
    waitUntil(
      async () =>
        (
          await service.owner.query(
            `select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
          )
        ).length === count,
      { within: 10_000 },
    );

  /** Runs `work` while an import of Ada, who is held by somebody, can't finish judging. */
  async function whileJudging(work: (held: string) => Promise<void>): Promise<Answer> {
    const email = `${randomUUID()}@example.org`;
    await givenEnrollment(service, await givenEvent(service), { name: 'Ada', email });
    let importing: Promise<Answer> | undefined;
    await service.owner.transaction(async (tx) => {
      await tx.query('select from attendance.participants where email = $1 for update', [email]);
      importing = send(`name,email\nAda,${email}\nByron,b-${email}\n`);
      await lockedOut(1);
      await work(email);
    });
    if (!importing) throw new Error('nothing was imported');
    return await importing;
  }

  it('lets its event be changed or begin to be closed until it enrolls, and enrolls people after that', async () => {
    let begun = new Date();
    const answer = await whileJudging(async () => {
      const renamed = await service.admin.patch(`/v1/events/${eventId}`, { name: 'Renamed' });
      expect(renamed).toMatchObject({ status: 200, body: { name: 'Renamed' } });
      const [closure] = await service.owner.query<{ now: Date }>(
        `update attendance.events set closure_epoch = closure_epoch + 1 where event_id = $1
         returning clock_timestamp() as now`,
        [eventId],
      );
      begun = closure?.now ?? begun;
    });
    expect(answer).toMatchObject({ status: 200, body: { created: 2 } });
    const [enrolled] = await service.owner.query<{ count: number; earlier: number }>(
      `select count(*) as count, count(*) filter (where at < $2) as earlier
       from attendance.transitions where event_id = $1`,
      [eventId, begun],
    );
    expect(enrolled).toEqual({ count: 2, earlier: 0 });
  });

  it('goes on beside one more of its organization, which leaves room for one of another', async () => {
    const elsewhere = await givenOrganization(service.owner);
    const other = service.as(elsewhere.tokens.admin);
    const theirs = await givenEvent({ ...service, admin: other });
    const file = 'name,email\nAda,a@elsewhere.example.org\n';
    let second: Promise<Answer> | undefined;
    const first = await whileJudging(async (held) => {
      second = send(`name,email\nAda,${held}\n`, { event: await givenEvent(service) });
      await lockedOut(2);
      expect(await send(file)).toMatchObject({ status: 503, body: { code: 'unavailable' } });
      expect(await send(file, { event: theirs, client: other })).toMatchObject({ status: 200 });
    });
    expect([first.status, (await second)?.status]).toEqual([200, 200]);
  });

  it('into an event that is cancelled meanwhile is refused, and enrolls nobody', async () => {
    const before = await everything();
    const answer = await whileJudging(async () => {
      const cancelled = await service.admin.post(`/v1/events/${eventId}/cancellation`, { reason: 'storm' });
      expect(cancelled.status).toBe(200);
    });
    expect(answer.body).toMatchObject({ status: 409, code: 'event_cancelled' });
    expect(await people()).toEqual([]);
    // Ada, whom it knew, and her enrollment elsewhere.
    expect(await everything()).toMatchObject({
      people: Number(before?.people) + 1,
      enrollments: Number(before?.enrollments) + 1,
    });
  });
});

it('an import concurrent with single enrollments enrolls each person once', async () => {
  const emails = Array.from({ length: 400 }, (_, index) => `race-${index}@example.org`);
  const single = async (email: string) =>
    (
      await service.admin.post(`/v1/events/${eventId}/enrollments`, {
        participant: { name: 'Ada', email: email.toUpperCase() },
      })
    ).status;
  const [imported, ...singles] = await Promise.all([
    send(['name,email', ...emails.map((email) => `Ada,${email}`)].join('\n')),
    ...emails.filter((_, index) => index % 40 === 0).map(single),
  ]);
  expect([200, 422]).toContain(imported.status);
  expect(singles.every((status) => [201, 409, 503].includes(status))).toBe(true);
  if (imported.status === 200) expect(singles).not.toContain(201);
  const enrolled = imported.status === 200 ? 400 : singles.filter((status) => status === 201).length;
  const [count] = await service.owner.query(
    `select count(*) as enrollments, count(distinct lower(email)) as people from attendance.enrollments
     join attendance.participants using (organization_id, participant_id) where event_id = $1`,
    [eventId],
  );
  expect(count).toEqual({ enrollments: enrolled, people: enrolled });
});

describe('an import with progress', () => {
  async function stream(file: File, query = '') {
    const response = await fetch(`${service.url}/v1/events/${eventId}/enrollments/import${query}`, {
      method: 'POST',
      headers: {
        ...csv,
        accept: 'text/event-stream',
        authorization: `Bearer ${service.organization.tokens.admin}`,
      },
      body: file as string,
    });
    const text = await response.text();
    const events = text.split('\n\n').flatMap((block) => {
      const [, event, data] = /^event: (.*)\ndata: (.*)$/m.exec(block) ?? [];
      return event === undefined ? [] : [{ event, data: JSON.parse(data ?? '') }];
    });
    return { status: response.status, type: response.headers.get('content-type'), events };
  }

  it('tells how far it is, and at the end what came of it', async () => {
    const rows = Array.from(
      { length: 20_000 },
      (_, index) => `Person ${index},progress-${index}@example.org,P-${index}`,
    );
    const file = ['name,email,accessCode', ...rows].join('\n');
    const { status, type, events } = await stream(file);
    expect({ status, type }).toEqual({ status: 200, type: 'text/event-stream' });
    expect(events.at(-1)).toEqual({ event: 'result', data: { created: 20_000 } });
    const phases = ['reading', 'checking', 'writing'];
    const places = events.slice(0, -1).map(({ event, data }) => {
      expect({ event, wrong: importProgress.safeParse(data).error }).toEqual({ event: 'progress' });
      return phases.indexOf(data.phase);
    });
    expect(places.length).toBeGreaterThan(0);
    expect(places.toSorted()).toEqual(places);
    const [count] = await service.owner.query(
      'select count(*) from attendance.enrollments where event_id = $1',
      [eventId],
    );
    expect(count).toEqual({ count: 20_000 });
  });

  it('ends with the problem that the plain answer would have been', async () => {
    const file = 'name,email\n,a@example.org\n';
    const { events } = await stream(file);
    const { body } = await send(file);
    const { requestId: _, ...said } = body;
    expect(events.at(-1)).toEqual({ event: 'problem', data: { ...said, requestId: expect.any(String) } });
  });

  it('is not done when who asked goes before the end', async () => {
    const gone = new AbortController();
    const rows = Array.from({ length: 20_000 }, (_, index) => `Person ${index},gone-${index}@example.org`);
    // It has read the file and can't go on before it is gone.
    await service.owner.transaction(async (tx) => {
      await tx.query('lock table attendance.participants in exclusive mode');
      const response = await fetch(`${service.url}/v1/events/${eventId}/enrollments/import`, {
        method: 'POST',
        headers: {
          ...csv,
          accept: 'text/event-stream',
          authorization: `Bearer ${service.organization.tokens.admin}`,
        },
        body: ['name,email', ...rows].join('\n'),
        signal: gone.signal,
      });
      expect(response.status).toBe(200);
      await waitUntil(() => isAnyoneWaiting(service.owner));
      gone.abort();
      expect((await service.admin.get(`/v1/events/${eventId}`)).status).toBe(200);
    });
    // Whoever comes next is let in when it has let go, and finds nobody.
    const again = await send('name,email\nAda,gone-1@example.org\n');
    expect(again).toMatchObject({ status: 200, body: { created: 1 } });
    expect(await people()).toHaveLength(1);
  });
});

describe('a token that is limited to some events', () => {
  it('enrolls people of others by their address and leaves them as they are, and learns nobody by trying externalIds', async () => {
    const unique = randomUUID();
    const elsewhere = await givenEvent(service);
    const ada = { name: 'Ada', email: `ada-${unique}@example.org`, locale: 'en', externalId: `A-${unique}` };
    await givenEnrollment(service, elsewhere, ada);
    const limited = service.as(
      await givenToken(service.owner, service.organization.id, 'admin', { eventIds: [eventId] }),
    );
    const enroll = (participant: object) =>
      limited.post(`/v1/events/${eventId}/enrollments`, { participant });

    const guess = await enroll({
      name: 'Mallory',
      email: `guess-${unique}@example.org`,
      externalId: ada.externalId,
    });
    expect(guess.body).toMatchObject({ status: 409, code: 'participant_outside_scope' });
    expect(guess.text).not.toContain(ada.email);
    const { body: document } = await service.admin.get('/openapi.json');
    const documented = document.paths['/v1/events/{eventId}/enrollments'].post.responses['409'];
    expect(JSON.stringify(documented.content)).toContain(`"${guess.body.code}"`);
    const guesses = await send(
      `name,email,externalId\nMallory,guess-${unique}@example.org,${ada.externalId}\n`,
      { client: limited },
    );
    expect(errorsOf(guesses)).toEqual([[2, 'externalId', 'participant_outside_scope']]);

    const linked = await enroll({ name: 'Mallory', email: ada.email.toUpperCase(), locale: 'de' });
    expect(linked).toMatchObject({ status: 201, body: { participant: ada } });
    const [known] = await people(elsewhere);
    expect(known.participant).toEqual({ ...ada, id: linked.body.participant.id });

    // Of people who are nowhere else, it changes what it sends.
    const own = await givenEvent(service);
    const both = service.as(
      await givenToken(service.owner, service.organization.id, 'admin', { eventIds: [eventId, own] }),
    );
    const grace = { name: 'Grace', email: `grace-${unique}@example.org` };
    await enroll(grace);
    const file = `name,email\nGrace Hopper,${grace.email}\nMallory,${ada.email}\n`;
    expect(await send(file, { client: both, event: own })).toMatchObject({
      status: 200,
      body: { created: 2 },
    });
    expect(
      (await people(own)).map(({ participant }: { participant: { name: string } }) => participant.name),
    ).toEqual(['Grace Hopper', 'Ada']);
  });
});
