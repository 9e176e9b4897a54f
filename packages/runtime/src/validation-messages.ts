import type { z } from 'zod';

type Issue = z.core.$ZodRawIssue;

const KINDS: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  object: 'an object',
  record: 'an object',
  array: 'a list',
  tuple: 'a list',
  date: 'a time',
  null: 'null',
};

const FORMATS: Readonly<Record<string, string>> = {
  uuid: 'a UUID',
  guid: 'a UUID',
  email: 'an e-mail address',
  url: 'a URL',
  datetime: 'a time with an offset, such as 2026-05-01T09:02:11+02:00',
  date: 'a day that exists, such as 2026-05-01',
  time: 'a time of day, such as 09:30',
  base64: 'base64',
};

/**
 * What is wrong with a value, as the rest of a sentence that begins with its path and says what to do:
 * "must be one of entry, exit". A message written in a schema goes before these.
 */
export function messageFor(issue: Issue): string {
  if (issue.input === undefined && issue.code !== 'unrecognized_keys' && issue.code !== 'custom') {
    return 'is required';
  }
  switch (issue.code) {
    case 'invalid_type':
      return `must be ${KINDS[issue.expected] ?? issue.expected}`;
    case 'invalid_value':
      return issue.values.length === 1
        ? `must be ${String(issue.values[0])}`
        : `must be one of ${issue.values.map(String).join(', ')}`;
    case 'invalid_format':
      return FORMATS[issue.format] === undefined
        ? 'does not have the expected form'
        : `must be ${FORMATS[issue.format]}`;
    case 'too_small':
      return tooSmall(issue);
    case 'too_big':
      return tooBig(issue);
    case 'not_multiple_of':
      return `must be a multiple of ${issue.divisor}`;
    case 'unrecognized_keys':
      return 'is not known; remove it';
    case 'invalid_union':
      return Array.isArray(issue.options)
        ? `must be one of ${issue.options.map(String).join(', ')}`
        : 'does not match any of the allowed forms';
    case 'invalid_key':
      return 'has a name that is not allowed here';
    case 'invalid_element':
    case 'custom':
      return 'is not valid';
  }
}

function tooSmall(issue: Extract<Issue, { code: 'too_small' }>): string {
  const minimum = issue.minimum;
  const unit = unitOf(issue.origin, minimum);
  if (unit === undefined)
    return `must be ${issue.inclusive === false ? 'more than ' : ''}${minimum}${issue.inclusive === false ? '' : ' or more'}`;
  if (issue.exact) return `must have exactly ${minimum} ${unit}`;
  return Number(minimum) === 1 ? 'must not be empty' : `must have at least ${minimum} ${unit}`;
}

function tooBig(issue: Extract<Issue, { code: 'too_big' }>): string {
  const maximum = issue.maximum;
  const unit = unitOf(issue.origin, maximum);
  if (unit === undefined)
    return `must be ${issue.inclusive === false ? 'less than ' : ''}${maximum}${issue.inclusive === false ? '' : ' or less'}`;
  return `must have ${issue.exact ? 'exactly' : 'at most'} ${maximum} ${unit}`;
}

function unitOf(origin: string, count: number | bigint): string | undefined {
  const plural = Number(count) === 1 ? '' : 's';
  if (origin === 'string') return `character${plural}`;
  if (origin === 'array' || origin === 'set') return Number(count) === 1 ? 'entry' : 'entries';
  return undefined;
}
