/** Values of a JSON Schema: what it allows, and with preference what lies at its bounds. */
import fc from 'fast-check';
import { deref, type OpenApi, type Schema } from './operations.ts';

export interface Drawing {
  document: OpenApi;
  /** Names that requests carry known ids under. */
  known: ReadonlySet<string>;
  /** What some names are worth drawing, such as the address of a webhook, which must lead nowhere. */
  words: Readonly<Record<string, readonly string[]>>;
}

const MOST_ITEMS = 4;

/** Values that `schema` allows; strings called `name` are known ids and words where there are some. */
export function valuesOf(schema: Schema, name: string, drawing: Drawing): fc.Arbitrary<unknown> {
  const found = deref(drawing.document, schema);
  if (found.const !== undefined) return fc.constant(found.const);
  if (found.enum) return fc.constantFrom(...found.enum);
  if (found.properties) return objectsOf(found, drawing);
  if (isSchema(found.additionalProperties)) return mapsOf(found, found.additionalProperties, drawing);
  const branches = found.anyOf ?? found.oneOf;
  if (branches) return fc.oneof(...branches.map((branch) => valuesOf(branch, name, drawing)));
  if (Array.isArray(found.type)) {
    return fc.oneof(...found.type.map((type) => valuesOf({ ...found, type }, name, drawing)));
  }
  switch (found.type) {
    case 'array':
      return fc.array(valuesOf(found.items ?? {}, singular(name), drawing), {
        minLength: found.minItems ?? 0,
        maxLength: Math.min(found.maxItems ?? MOST_ITEMS, (found.minItems ?? 0) + MOST_ITEMS),
      });
    case 'string':
      return namedStrings(found, name, drawing);
    case 'integer':
    case 'number':
      return integersOf(found);
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    default:
      return fc.oneof(
        fc.string(),
        fc.integer(),
        fc.constant(null),
        fc.dictionary(fc.string(), fc.integer(), { maxKeys: 2 }),
      );
  }
}

function objectsOf(schema: Schema, drawing: Drawing): fc.Arbitrary<unknown> {
  const { properties = {}, required = [], oneOf } = schema;
  if (oneOf) {
    const chosen = oneOf.flatMap((branch) => branch.required ?? []);
    return fc.oneof(
      ...oneOf.map((branch) => {
        const own = branch.required ?? [];
        const left = Object.entries(properties).filter(
          ([name]) => own.includes(name) || !chosen.includes(name),
        );
        const { oneOf: _, ...rest } = schema;
        return objectsOf(
          { ...rest, properties: Object.fromEntries(left), required: [...required, ...own] },
          drawing,
        );
      }),
    );
  }
  const fields = Object.fromEntries(
    Object.entries(properties).map(([name, property]) => [name, valuesOf(property, name, drawing)]),
  );
  const objects = fc.record(fields, { requiredKeys: required });
  const least = schema.minProperties ?? 0;
  return least === 0 ? objects : objects.filter((value) => Object.keys(value).length >= least);
}

function mapsOf(schema: Schema, of: Schema, drawing: Drawing): fc.Arbitrary<unknown> {
  const least = schema.minProperties ?? 0;
  return fc.dictionary(
    stringsOf(deref(drawing.document, schema.propertyNames ?? {})),
    valuesOf(of, '', drawing),
    {
      minKeys: least,
      maxKeys: Math.min(schema.maxProperties ?? MOST_ITEMS, least + MOST_ITEMS),
    },
  );
}

function isSchema(value: unknown): value is Schema {
  return typeof value === 'object' && value !== null;
}

function namedStrings(schema: Schema, name: string, drawing: Drawing): fc.Arbitrary<unknown> {
  const words = drawing.words[name];
  if (words)
    return fc.oneof(
      { weight: 8, arbitrary: fc.constantFrom(...words) },
      { weight: 1, arbitrary: stringsOf(schema) },
    );
  if (!drawing.known.has(name)) return stringsOf(schema);
  const known = fc.record({
    $known: fc.constant(name),
    pick: fc.nat(1_000_000),
    stray: fc.nat(19).map((n) => n === 0),
  });
  return fc.oneof({ weight: 12, arbitrary: known }, { weight: 1, arbitrary: stringsOf(schema) });
}

function stringsOf(schema: Schema): fc.Arbitrary<string> {
  const { format, pattern, minLength = 0, maxLength = 300 } = schema;
  if (format === 'uuid')
    return fc.oneof(
      fc.uuid(),
      fc.uuid().map((id) => id.toUpperCase()),
    );
  if (format === 'date') return instants.map((at) => at.slice(0, 10));
  if (format === 'date-time') return instants;
  const free = fc.oneof(
    {
      weight: 4,
      arbitrary: fc.string({ minLength, maxLength: Math.min(maxLength, minLength + 12), unit: 'grapheme' }),
    },
    { weight: 1, arbitrary: fc.string({ minLength: maxLength, maxLength, unit: 'grapheme-ascii' }) },
  );
  if (pattern === undefined) return free;
  const wanted = new RegExp(pattern, 'u');
  const plain = matching(pattern);
  return (
    plain ??
    fc
      .oneof(fc.constantFrom('Ada Lovelace', 'was there', 'ada@example.org', 'de'), free)
      .map((text) => (wanted.test(text) ? text : 'Grace Hopper'))
  );
}

/** Strings of a simple pattern; null for one with what can't be drawn from, such as a look ahead. */
function matching(pattern: string): fc.Arbitrary<string> | null {
  if (/\(\?[=!<]|\\p\{/i.test(pattern)) return null;
  return fc.stringMatching(new RegExp(pattern), { size: 'small' });
}

const YEAR_MS = 366 * 24 * 60 * 60_000;

/** Around now, at the ends of what is taken, and where zones jump. */
const instants: fc.Arbitrary<string> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc
      .integer({ min: -YEAR_MS, max: YEAR_MS })
      .map((ms) => new Date(Date.now() + ms).toISOString()),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      '1900-01-01T00:00:00Z',
      '9999-12-31T23:59:59.999Z',
      '2026-03-29T02:30:00+01:00',
      '2026-10-25T02:30:00+02:00',
      '2024-02-29T23:59:59.999999999-12:00',
      '0001-01-01T00:00:00Z',
    ),
  },
);

function integersOf({ minimum, maximum }: Schema): fc.Arbitrary<number> {
  const min = minimum ?? Number.MIN_SAFE_INTEGER;
  const max = maximum ?? Number.MAX_SAFE_INTEGER;
  const small = fc.integer({ min: Math.max(min, 0), max: Math.min(max, Math.max(min, 0) + 5) });
  return fc.oneof({ weight: 3, arbitrary: small }, { weight: 1, arbitrary: fc.constantFrom(min, max) });
}

function singular(name: string): string {
  return name === 'events' ? 'eventId' : name.replace(/s$/, '');
}
