import { validate } from '@turnout/runtime/http/validate';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';

const complaint = (schema: z.ZodType, value: unknown) => validate(schema, value).errors?.[0]?.message;

describe('the message for a value that is not valid', () => {
  it.each<[z.ZodType, unknown, string]>([
    [z.strictObject({ a: z.string() }), {}, 'is required'],
    [z.string(), null, 'must be text'],
    [z.string(), 5, 'must be text'],
    [z.number(), '5', 'must be a number'],
    [z.number(), Number.NaN, 'must be a number'],
    [z.int(), 1.5, 'must be a whole number'],
    [z.boolean(), 'true', 'must be true or false'],
    [z.array(z.string()), {}, 'must be a list'],
    [z.strictObject({}), [], 'must be an object'],
    [z.strictObject({}), { a: 1 }, 'is not known; remove it'],
    [z.enum(['entry', 'exit']), 'in', 'must be one of entry, exit'],
    [z.literal('yes'), 'no', 'must be yes'],
    [z.string().min(1), '', 'must not be empty'],
    [z.string().min(2), 'a', 'must have at least 2 characters'],
    [z.string().max(1), 'ab', 'must have at most 1 character'],
    [z.string().length(3), 'ab', 'must have exactly 3 characters'],
    [z.array(z.int()).min(1), [], 'must not be empty'],
    [z.array(z.int()).max(2), [1, 2, 3], 'must have at most 2 entries'],
    [z.int().min(1), 0, 'must be 1 or more'],
    [z.number().gt(1), 1, 'must be more than 1'],
    [z.int().max(200), 201, 'must be 200 or less'],
    [z.number().lt(1), 1, 'must be less than 1'],
    [z.int().multipleOf(5), 3, 'must be a multiple of 5'],
    [z.uuid(), 'x', 'must be a UUID'],
    [z.email(), 'x', 'must be an e-mail address'],
    [z.iso.date(), '2026-02-30', 'must be a day that exists, such as 2026-05-01'],
    [
      z.iso.datetime({ offset: true }),
      '2026-05-01T09:00:00',
      'must be a time with an offset, such as 2026-05-01T09:02:11+02:00',
    ],
    [z.string().regex(/^a$/), 'b', 'does not have the expected form'],
    [z.string().regex(/^a$/, 'must be the letter a'), 'b', 'must be the letter a'],
    [z.string().refine(() => false, 'must be lucky'), 'b', 'must be lucky'],
  ])('says what to do (%#)', (schema, value, message) => {
    expect(complaint(schema, value)).toBe(message);
  });

  it('about a union names the possible kinds, or what is missing in the closest form', () => {
    const byType = z.discriminatedUnion('type', [
      z.strictObject({ type: z.literal('all_days') }),
      z.strictObject({ type: z.literal('minimum_days'), days: z.int() }),
    ]);
    expect(validate(byType, { type: 'some' }).errors).toEqual([
      { path: 'type', message: 'must be one of all_days, minimum_days' },
    ]);
    expect(validate(byType, { type: 'minimum_days' }).errors).toEqual([
      { path: 'days', message: 'is required' },
    ]);
    const either = z.union([z.strictObject({ a: z.int() }), z.strictObject({ b: z.int(), c: z.int() })]);
    expect(validate(either, { a: 'x' }).errors).toEqual([{ path: 'a', message: 'must be a number' }]);
  });

  it('names its place', () => {
    const schema = z.strictObject({ scans: z.array(z.strictObject({ at: z.string() })) });
    expect(validate(schema, { scans: [{ at: 'x' }, { at: 1 }] }).errors).toEqual([
      { path: 'scans[1].at', message: 'must be text' },
    ]);
  });
});

describe('a value that is valid', () => {
  it('comes back as the schema makes it', () => {
    const schema = z.strictObject({ at: z.iso.datetime().transform((text) => new Date(text)) });
    expect(validate(schema, { at: '2026-05-01T09:00:00Z' }).value).toEqual({
      at: new Date('2026-05-01T09:00:00Z'),
    });
  });

  it('may leave its text to a later check, part by part', () => {
    const schema = z.strictObject({ parts: z.array(z.unknown()) });
    const input = { parts: ['good', '\u0000'] };
    expect(validate(schema, input).errors).toEqual([
      { path: 'parts[1]', message: 'must not contain the character NUL' },
    ]);
    expect(validate(schema, input, { checkText: false }).value).toEqual(input);
  });
});
