import fc from 'fast-check';
import { type Drawing, valuesOf } from './arbitraries.ts';
import { isJson, type Operation } from './operations.ts';

/** How a request is spoilt as a whole; `plain` isn't. */
const MANNERS = [
  'no_token',
  'mistyped_token',
  'wrong_role',
  'foreign_token',
  'other_media_type',
  'broken_json',
  'no_body',
  'invalid_utf8',
  'false_gzip',
  'repeated_query',
  'unknown_query',
  'broken_escape',
] as const;

export type Manner = (typeof MANNERS)[number] | 'plain';

/** One request before it is known which ids there are. */
export interface Case {
  operation: Operation;
  parts: { path: Record<string, unknown>; query: Record<string, unknown>; body: unknown };
  /** One value of one part is replaced by something odd. */
  spoilt: { part: 'path' | 'query' | 'body'; pick: number } | null;
  manner: Manner;
  world: number;
  role: number;
  order: number;
}

/** Requests for one operation: two thirds as the document wants them, the others with something wrong. */
export function drawCases(operation: Operation, drawing: Drawing, seed: number, count: number): Case[] {
  const cases = fc.record({
    parts: fc.record({
      path: parametersOf(operation, 'path', drawing),
      query: parametersOf(operation, 'query', drawing),
      body: operation.body ? bodiesOf(operation.body, drawing) : fc.constant(undefined),
    }),
    spoilt: fc.option(fc.record({ part: fc.constantFrom(...spoilable(operation)), pick: fc.nat(100_000) }), {
      freq: 2,
    }),
    manner: fc.oneof(
      { weight: 9, arbitrary: fc.constant<Manner>('plain') },
      { weight: 2, arbitrary: fc.constantFrom<Manner>(...MANNERS) },
    ),
    world: fc.nat(1_000_000),
    role: fc.nat(1_000),
    order: fc.nat(2 ** 31 - 1),
  });
  return fc.sample(cases, { seed, numRuns: count }).map((drawn) => ({ ...drawn, operation }));
}

/** A file is drawn from the words for its media type. */
function bodiesOf({ mediaType, schema }: NonNullable<Operation['body']>, drawing: Drawing) {
  return valuesOf(schema, isJson(mediaType) ? 'body' : mediaType, drawing);
}

function spoilable({ parameters, body }: Operation): ('path' | 'query' | 'body')[] {
  const path = parameters.some((parameter) => parameter.in === 'path');
  const query = parameters.some((parameter) => parameter.in === 'query');
  const parts = [
    ...(body ? (['body', 'body', 'body'] as const) : []),
    ...(query ? (['query'] as const) : []),
  ];
  return parts.length === 0 || path ? [...parts, 'path'] : parts;
}

function parametersOf({ parameters }: Operation, place: string, drawing: Drawing) {
  const those = parameters.filter((parameter) => parameter.in === place);
  return fc.record(
    Object.fromEntries(those.map(({ name, schema }) => [name, valuesOf(schema, name, drawing)])),
    { requiredKeys: those.filter(({ required }) => required).map(({ name }) => name) },
  );
}
