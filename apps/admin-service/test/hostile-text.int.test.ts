import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AdminUnderTest, startAdminUnderTest } from './admin-under-test.ts';
import { nobody, typeScriptDays } from './examples.ts';
import { givenEnrollment, givenEvent } from './given.ts';

let service: AdminUnderTest;
let eventId: string;
beforeAll(async () => {
  service = await startAdminUnderTest();
  eventId = await givenEvent(service);
});
afterAll(() => service[Symbol.asyncDispose]());

/** Text that people have as names, or send to see what happens. All of it is kept to the letter. */
const storable: [string, string][] = [
  ['emoji of several parts', '👩🏽‍🚀👨‍👩‍👧‍👦🏳️‍🌈'],
  ['right to left', 'مُحَمَّد بن سَلْمَان'],
  ['a mark that turns the direction', 'abc\u202Edcba\u202C'],
  ['letters with combining marks', 'Zo\u0308e\u0301 Ste\u0301phanie'],
  ['the same letters composed', 'Zöé'],
  ['quotes of all kinds', `O'Brien "Bob" \`x\` ‘y’ “z” \\' \\"`],
  ['a statement', `Robert'); drop table attendance.participants; --`],
  ['placeholders', '$1 $2 :name ? %s {{x}} $(x) %(x)s'],
  ['markup', '<script>alert(1)</script>&amp;'],
  ['a formula', '=HYPERLINK("http://example.org")'],
  ['backslashes', 'C:\\new\\table\\0 \\u0000 \\x00'],
  ['spaces at both ends', '  Ada  '],
  ['spaces of other kinds', 'Ada\u00A0\u2003\u3000Lovelace'],
  ['nothing to see but width', '\u200B\u2060\uFEFFx'],
  ['200 characters', 'ä'.repeat(200)],
  ['200 characters of two units each', '𝔸'.repeat(200)],
  ['null as a word', 'null'],
  ['a number as a word', '0123e5'],
  ['the last of Unicode', '\u{10FFFD}\uFFFD\uD7FF\uE000'],
];

describe('text is stored exactly', () => {
  it.each(storable)('%s', async (_what, text) => {
    const { status, body: event } = await service.admin.post('/v1/events', { ...typeScriptDays, name: text });
    expect(status).toBe(201);
    expect((await service.admin.get(`/v1/events/${event.id}`)).body.name).toBe(text);
    await service.admin.patch(`/v1/events/${event.id}`, { name: 'x' });
    expect((await service.admin.patch(`/v1/events/${event.id}`, { name: text })).body.name).toBe(text);

    const ticketType = [...text].slice(0, 100).join('');
    const enrolled = await service.admin.post(`/v1/events/${eventId}/enrollments`, {
      participant: { name: text, email: `${event.id}@example.org`, externalId: text },
      ticketType,
    });
    expect(enrolled.status).toBe(201);
    const path = `/v1/events/${eventId}/enrollments/${enrolled.body.id}`;
    const { body: stored } = await service.admin.get(path);
    expect(stored.participant).toMatchObject({ name: text, externalId: text });
    expect(stored.ticketType).toBe(ticketType);
    const search = encodeURIComponent(text.trim());
    const found = await service.admin.get(`/v1/events/${eventId}/enrollments?search=${search}`);
    expect(found.body.items.map(({ id }: { id: string }) => id)).toContain(stored.id);

    await service.admin.post(`${path}/cancellation`, { reason: `${text} because` });
    const { body: cancelled } = await service.admin.get(path);
    expect(cancelled.transitions[1].reason).toBe(`${text} because`.trim());

    const product = await service.admin.post(`/v1/events/${eventId}/products`, { name: text, kind: 'addon' });
    expect(product.body.name).toBe(text);
    const order = { status: 'paid', lineItems: [{ productId: product.body.id, quantity: 1 }] };
    const ordered = await service.admin.put(`${path}/order`, order);
    expect(ordered.body.lineItems[0].name).toBe(text);
    expect((await service.admin.get(`${path}/order`)).body).toEqual(ordered.body);

    const label = [...text].slice(0, 100).join('');
    const token = await service.admin.post('/v1/tokens', { role: 'auditor', label, station: label });
    expect(token.body).toMatchObject({ label, station: label });
    const [row] = await service.owner.query('select label, station from access.tokens where token_id = $1', [
      token.body.id,
    ]);
    expect(row).toEqual({ label, station: label });
  });

  it('an access code can be made of any visible characters', async () => {
    const accessCode = `"'\\;--%_$1🎫é${'x'.repeat(100)}`;
    const participant = { name: 'Ada', email: 'codes@example.org' };
    const { body } = await service.admin.post(`/v1/events/${eventId}/enrollments`, {
      participant,
      accessCode,
    });
    expect(body.accessCode).toBe(accessCode);
    const story = await service.admin.get(`/v1/events/${eventId}/enrollments/${body.id}`);
    expect(story.body.accessCode).toBe(accessCode);
  });
});

describe('text that could not be stored as it is gets refused', () => {
  const cases: [string, string][] = [
    ['NUL', 'A\\u0000da'],
    ['half of a surrogate pair', 'A\\ud800da'],
    ['the other half', 'A\\udc00da'],
    ['the halves in the wrong order', '\\udc00\\ud800'],
    ['a line break', 'A\\nda'],
    ['a carriage return', 'A\\rda'],
    ['a control character', 'A\\u0007da'],
    ['one character too many', 'ä'.repeat(201)],
  ];
  it.each(cases)('%s', async (_what, name) => {
    const count = async () =>
      await service.owner.query(
        'select (select count(*) from attendance.events) as events, (select count(*) from attendance.participants) as people, (select count(*) from attendance.products) as products',
      );
    const before = await count();
    const json = JSON.stringify({ ...typeScriptDays, name: 'NAME' }).replace('NAME', name);
    const event = await service.admin.send('POST', '/v1/events', json);
    expect(event.body).toMatchObject({ status: 422, code: 'validation_failed', errors: [{ path: 'name' }] });
    const person = await service.admin.send(
      'POST',
      `/v1/events/${eventId}/enrollments`,
      `{"participant":{"name":"${name}","email":"a@example.org"}}`,
    );
    expect(person.body).toMatchObject({ status: 422, errors: [{ path: 'participant.name' }] });
    const product = await service.admin.send(
      'POST',
      `/v1/events/${eventId}/products`,
      `{"name":"${name}","kind":"addon"}`,
    );
    expect(product.body).toMatchObject({ status: 422, errors: [{ path: 'name' }] });
    expect(await count()).toEqual(before);
  });

  it('in reasons too, where line breaks are fine', async () => {
    const path = `/v1/events/${eventId}/enrollments/${await givenEnrollment(service, eventId)}/cancellation`;
    for (const reason of ['"x\\u0000yz"', '"x\\ud800yz"', '"xyz\\u001b[31m"']) {
      const { body } = await service.admin.send('POST', path, `{"reason":${reason}}`);
      expect(body).toMatchObject({ status: 422, errors: [{ path: 'reason' }] });
    }
    expect((await service.admin.post(path, { reason: 'ill,\r\n\tat home' })).status).toBe(200);
  });
});

describe('requests that are not what they should be', () => {
  it.each([
    ['no JSON', '{"name":', 400],
    ['nothing', '', 400],
    ['invalid UTF-8', new Uint8Array([0x22, 0xff, 0x22]), 400],
    ['a list', '[]', 422],
    ['null', 'null', 422],
    ['a word', '"name"', 422],
    ['__proto__', '{"__proto__":{"role":"admin"},"name":"x"}', 422],
    ['a number that rounds', '{"closureGraceMinutes":9007199254740993}', 422],
    ['a number without bounds', '{"closureGraceMinutes":1e400}', 422],
    ['too much', `{"name":"${'x'.repeat(100_000)}"}`, 413],
    ['a million brackets', '['.repeat(50_000), 400],
  ])('%s', async (_what, body, status) => {
    for (const [method, path] of [
      ['POST', '/v1/events'],
      ['PATCH', `/v1/events/${eventId}`],
      ['POST', `/v1/events/${eventId}/enrollments`],
      ['POST', `/v1/events/${eventId}/products`],
      ['PUT', `/v1/events/${eventId}/enrollments/${nobody}/order`],
      ['POST', '/v1/tokens'],
    ] as const) {
      const answer = await service.admin.send(method, path, body);
      expect({ path, status: answer.status }).toEqual({ path, status });
      expect(answer.headers.get('content-type')).toContain('application/problem+json');
      expect(answer.text).not.toMatch(/sequelize|postgres|zod|at .*\.ts|select /i);
    }
  });

  it('ids that are none', async () => {
    const ids = [
      '1',
      'x',
      `${nobody}x`,
      nobody.replaceAll('-', ''),
      "' or 1=1 --",
      '..%2F..',
      '%00',
      `{${nobody}}`,
    ];
    for (const id of ids) {
      for (const path of [
        `/v1/events/${encodeURI(id)}`,
        `/v1/events/${eventId}/enrollments/${encodeURI(id)}`,
        `/v1/events/${eventId}/enrollments/${encodeURI(id)}/order`,
        `/v1/events/${eventId}/products/${encodeURI(id)}`,
      ]) {
        const { status } = await service.admin.get(path);
        expect({ path, status }).toEqual({ path, status: 422 });
      }
    }
  });
});
