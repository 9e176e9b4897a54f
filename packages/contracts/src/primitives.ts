import { z } from 'zod';

/** A UUID of any version, also of one that is not defined: what we take as an id, and so what an answer may repeat. */
export const uuid = z
  .string()
  .regex(/^[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$/, 'must be a UUID')
  .meta({ format: 'uuid', pattern: undefined });

/** A {@link uuid}, read in lower case. */
export const id = uuid.transform((value) => value.toLowerCase());

const EARLIEST = Date.UTC(1900, 0, 1);
const LATEST = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

/**
 * An instant as RFC 3339 writes it, with seconds and an offset; read as a Date with milliseconds.
 * A date that the calendar does not have and a time without an offset are refused, never adjusted.
 */
export const instant = z.iso
  .datetime({
    offset: true,
    error: 'must be a time like 2026-05-01T09:00:00+02:00, with seconds and an offset',
  })
  .refine((text) => /T\d\d:\d\d:\d\d/.test(text), 'must have seconds, like 2026-05-01T09:00:00+02:00')
  .meta({ pattern: undefined, examples: ['2026-05-01T09:00:00+02:00'] })
  .transform((text) => new Date(text))
  .refine(
    (at) => at.getTime() >= EARLIEST && at.getTime() <= LATEST,
    'must be a time between the years 1900 and 9999',
  );

/** An instant in an answer: UTC with milliseconds. */
export const instantOut = z.iso
  .datetime({ precision: 3 })
  .meta({ pattern: '^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}\\.\\d{3}Z$' });

/** A calendar date, `YYYY-MM-DD`. */
export const day = z.iso
  .date({ error: 'must be a calendar date like 2026-05-01' })
  .meta({ pattern: undefined, examples: ['2026-05-01'] });

/** One line of text, kept exactly as sent: not blank, no control characters, at most `max` characters. */
export function line(max: number) {
  return z
    .string()
    .refine((text) => text.trim() !== '', 'must not be blank')
    .refine((text) => !/[\p{Cc}\u2028\u2029]/u.test(text), 'must be one line without control characters')
    .refine((text) => [...text].length <= max, `must have at most ${max} characters`)
    .meta({ minLength: 1, maxLength: max, pattern: '^(?=.*\\S)[^\\p{Cc}\\u2028\\u2029]+$' });
}

/** As JSON Schema writes them: what a reason may consist of, and what of that may stand at its ends. */
const REASON_CHARACTER = '[^\\u0000-\\u0008\\u000b\\u000c\\u000e-\\u001f\\u007f-\\u009f]';
const REASON_EDGE = '[^\\s\\u0000-\\u0008\\u000e-\\u001f\\u007f-\\u009f]';

/** Why a person did something: 3 to 500 characters after trimming, line breaks allowed. */
export const reason = z
  .string()
  .trim()
  .refine((text) => !/[^\P{Cc}\n\r\t]/u.test(text), 'must not contain control characters')
  .refine((text) => [...text].length >= 3, 'must say why, in at least 3 characters')
  .refine((text) => [...text].length <= 500, 'must have at most 500 characters')
  .meta({
    description: 'Why: 3 to 500 characters, not counting white space around them',
    pattern: `^\\s*${REASON_EDGE}${REASON_CHARACTER}{1,498}${REASON_EDGE}\\s*$`,
  });

/**
 * What a badge carries: 1 to 128 visible characters without white space. `.` and `..` are none: a code is part of a
 * path, from which clients remove these.
 */
export const accessCode = z
  .string()
  .regex(
    /^(?!\.{1,2}$)[^\s\p{C}]{1,128}$/u,
    'must be 1 to 128 visible characters without spaces, other than . and ..',
  );

/**
 * What a scanner read off something that was held in front of it: a badge, or anything else with a code on it, such as
 * a link of several lines. Whether it is a ticket is for the event to say.
 */
export const scannedCode = z
  .string()
  .min(1, 'must not be empty')
  .max(2_000, 'must have at most 2000 characters');

export const email = z
  .string()
  .max(254, 'must have at most 254 characters')
  .regex(
    /^[^\s@"<>(),;:\\[\]\p{C}]{1,64}@[\p{L}\p{N}\p{M}-]+(?:\.[\p{L}\p{N}\p{M}-]+)*$/u,
    'must be an e-mail address like ada@example.org',
  );

/** A BCP 47 language tag, like `de` or `pt-BR`. */
export const locale = z
  .string()
  .max(35, 'must have at most 35 characters')
  .refine(isLanguageTag, 'must be a language tag like de or pt-BR')
  .meta({
    description: 'A BCP 47 language tag',
    pattern: '^[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*$',
    examples: ['de', 'pt-BR'],
  });

function isLanguageTag(tag: string): boolean {
  try {
    return Intl.getCanonicalLocales(tag).length === 1;
  } catch {
    return false;
  }
}
