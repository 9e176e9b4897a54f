import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { readCursor, writeCursor } from '../src/http/pagination.ts';
import { accessCode, email, id, instant, line, locale, reason } from '../src/primitives.ts';
import { problem, problemCatalog } from '../src/problems.ts';

const accepts = (schema: z.ZodType, value: unknown) => schema.safeParse(value).success;

describe('values at the edge', () => {
  it('takes instants with seconds and an offset, and dates that exist', () => {
    for (const text of [
      '2026-05-01T09:00:00Z',
      '2026-05-01T09:00:00.123456+05:45',
      '2024-02-29T00:00:00-08:00',
    ]) {
      expect(accepts(instant, text)).toBe(true);
    }
    for (const text of [
      '2026-02-30T09:00:00Z',
      '2025-02-29T09:00:00Z',
      '2026-05-01T09:00:00',
      '2026-05-01T09:00Z',
      '2026-05-01',
      '2026-05-01T24:00:00Z',
      '2026-05-01T23:59:60Z',
      '10000-01-01T00:00:00Z',
      '9999-12-31T23:59:59-12:00',
      '0000-01-01T00:00:00Z',
      '2026-05-01 09:00:00Z',
      '',
      1777624800000,
      null,
    ]) {
      expect({ text, accepted: accepts(instant, text) }).toEqual({ text, accepted: false });
    }
    expect(instant.parse('2026-05-01T09:02:11+02:00').toISOString()).toBe('2026-05-01T07:02:11.000Z');
  });

  it('keeps text as it was sent, and refuses what cannot be one line', () => {
    expect(line(10).parse(' Ada 😀 ')).toBe(' Ada 😀 ');
    expect(accepts(line(3), '😀😀😀')).toBe(true);
    for (const text of ['', '   ', 'a\nb', 'a\u0000b', 'a\u2028b', 'abcdefghijk'])
      expect(accepts(line(10), text)).toBe(false);
  });

  it('measures a reason after trimming', () => {
    expect(reason.parse('  was ill\nall day ')).toBe('was ill\nall day');
    for (const text of ['ab', '  ab  ', 'x'.repeat(501), 'a\u0007bc'])
      expect(accepts(reason, text)).toBe(false);
    expect(accepts(reason, 'x'.repeat(500))).toBe(true);
  });

  it('knows ids, codes, addresses and languages', () => {
    expect(id.parse('0197AAAA-0000-7000-8000-000000000000')).toBe('0197aaaa-0000-7000-8000-000000000000');
    for (const text of ['', 'x', '0197aaaa00007000800000000000000', "' or 1=1"])
      expect(accepts(id, text)).toBe(false);
    expect(accepts(accessCode, '7QK2-ÄÖ/%')).toBe(true);
    for (const text of ['...', '.a', 'x'.repeat(128)]) expect(accepts(accessCode, text)).toBe(true);
    for (const text of ['', 'a b', 'a\tb', 'x'.repeat(129), '.', '..'])
      expect(accepts(accessCode, text)).toBe(false);
    for (const text of ['ada@example.org', 'ada+tag@sub.müller.example', "o'neil@example.org"])
      expect(accepts(email, text)).toBe(true);
    for (const text of [
      'ada',
      'ada@',
      '@example.org',
      'a b@example.org',
      'ada@x\r\nBcc: b@x',
      'a@b,c@d',
      'a@b..c',
      '<a@b>',
    ]) {
      expect({ text, accepted: accepts(email, text) }).toEqual({ text, accepted: false });
    }
    expect(accepts(locale, 'pt-BR')).toBe(true);
    expect(accepts(locale, 'not_a_locale')).toBe(false);
  });
});

describe('cursors', () => {
  const key = z.tuple([z.string(), z.uuid()]);
  const uuid = '0197aaaa-0000-7000-8000-000000000000';

  it('work for the list and organization that issued them', () => {
    const cursor = writeCursor('people', 'org-a', ['ada', uuid]);
    expect(readCursor(cursor, 'people', 'org-a', key)).toEqual(['ada', uuid]);
    expect(readCursor(cursor, 'people', 'org-b', key)).toBeNull();
    expect(readCursor(cursor, 'events', 'org-a', key)).toBeNull();
  });

  it('are refused when they were not made here', () => {
    const forged = [['people', 'org-a', 'ada', 'x'], ['people', 'org-a'], { 0: 'people' }, 'people'];
    for (const parts of forged) {
      const cursor = Buffer.from(JSON.stringify(parts)).toString('base64url');
      expect(readCursor(cursor, 'people', 'org-a', key)).toBeNull();
    }
    const cursor = writeCursor('people', 'org-a', ['ada', uuid]);
    for (const text of ['', 'abc', '%%%', `${cursor}A`, `${cursor} `, ` ${cursor}`, `${cursor}=`])
      expect(readCursor(text, 'people', 'org-a', key)).toBeNull();
  });
});

describe('problems', () => {
  it('carry their code, status, title, detail and request', () => {
    expect(problem('event_ended', { requestId: 'r1', extra: { endedAt: 'then' } })).toEqual({
      status: 409,
      body: {
        type: 'urn:turnout:problem:event_ended',
        title: 'The event has ended',
        status: 409,
        detail: 'The event has ended.',
        code: 'event_ended',
        requestId: 'r1',
        endedAt: 'then',
      },
    });
  });

  it('have stable codes in snake case', () => {
    for (const code of Object.keys(problemCatalog)) expect(code).toMatch(/^[a-z]+(_[a-z]+)*$/);
    expect(problem('made_up', { requestId: 'r1' }).body.code).toBe('internal_error');
    expect(problem('constructor', { requestId: 'r1' }).body.code).toBe('internal_error');
  });
});
