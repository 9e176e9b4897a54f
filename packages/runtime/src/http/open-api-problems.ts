import type { z } from 'zod';
import type { Route } from './route.ts';

/** Codes of problem answers, with their status and title. */
export type ProblemCatalog = Readonly<Record<string, { status: number; title: string }>>;

export const problemMediaType = 'application/problem+json';

/** RFC 9457, with what every problem of ours has. Members that tell more of a case are beside these. */
export const problemSchema = {
  type: 'object',
  description:
    'A problem (RFC 9457). Decide by `code`; `detail` is for people: what happened, and what to do next. Some codes come with more members, which hold the same facts.',
  properties: {
    type: { type: 'string', format: 'uri' },
    title: { type: 'string' },
    status: { type: 'integer', minimum: 400, maximum: 599 },
    detail: { type: 'string' },
    code: { type: 'string', pattern: '^[a-z_]+$' },
    requestId: { type: 'string', pattern: '^[A-Za-z0-9-]{1,64}$' },
    errors: {
      type: 'array',
      description: 'For validation errors: every value that is wrong.',
      items: {
        type: 'object',
        properties: { path: { type: 'string' }, message: { type: 'string' } },
        required: ['path', 'message'],
      },
    },
  },
  required: ['type', 'title', 'status', 'detail', 'code', 'requestId'],
};

/** What `errors` holds, unless a route has a form of its own beside it. */
export const fieldErrorSchema = {
  type: 'object',
  properties: { path: { type: 'string' }, message: { type: 'string' } },
  required: ['path', 'message'],
  additionalProperties: false,
};

/** Every code with which a route may refuse: those it names itself, and those of what happens before its handler. */
export function codesOf(route: Route<never>): string[] {
  const anywhere = ['malformed_request', 'validation_failed', 'request_timeout', 'headers_too_large'];
  const withBody = route.method === 'get' ? [] : ['payload_too_large'];
  const withToken = route.allow.length === 0 ? [] : ['unauthenticated', 'forbidden', 'rate_limited'];
  const withId = route.path.includes(':') ? ['not_found'] : [];
  const ours = ['internal_error', 'unavailable'];
  return [...new Set([...anywhere, ...withBody, ...withToken, ...withId, ...route.refusals, ...ours])];
}

/**
 * The problem answers of one route by status, each with the codes that it may carry.
 * Throws when the route names a code that the catalog does not have.
 */
export function problemAnswers(route: Route<never>, catalog: ProblemCatalog): Record<string, object> {
  const byStatus = Map.groupBy(codesOf(route), (code) => {
    const status = catalog[code]?.status;
    if (status === undefined)
      throw new Error(`${route.method} ${route.path} refuses with ${code}, which is no problem code`);
    return status;
  });
  return Object.fromEntries(
    [...byStatus].map(([status, codes]) => [status, problemAnswer(route, status, codes, catalog)]),
  );
}

function problemAnswer(route: Route<never>, status: number, codes: string[], catalog: ProblemCatalog) {
  const own = codes.some((code) => route.refusals.includes(code));
  return {
    description: codes.map((code) => `\`${code}\`: ${catalog[code]?.title}`).join('\n\n'),
    headers: {
      ...commonHeaders,
      ...(status === 429 || status === 503 ? { 'Retry-After': retryAfter } : {}),
      ...(own ? headersOf(route) : {}),
    },
    content: {
      [problemMediaType]: {
        schema: {
          allOf: [
            { $ref: '#/components/schemas/Problem' },
            {
              type: 'object',
              properties: {
                status: { const: status },
                code: { enum: codes },
                ...(codes.includes('validation_failed') && { errors: errorsOf(route) }),
              },
            },
          ],
        },
      },
    },
  };
}

function errorsOf({ fieldError }: Route<never>) {
  const usual = { $ref: '#/components/schemas/FieldError' };
  if (!fieldError) return { type: 'array', items: usual };
  const own = { $ref: `#/components/schemas/${schemaIdOf(fieldError)}` };
  return { type: 'array', items: { anyOf: [usual, own] } };
}

/** The forms of `errors` that these routes have of their own, by the names that they go by in the document. */
export function fieldErrorsOf(routes: readonly Route<never>[]): Record<string, z.ZodType> {
  const own = routes.flatMap(({ fieldError }) => (fieldError ? [fieldError] : []));
  return Object.fromEntries(own.map((schema) => [schemaIdOf(schema), schema]));
}

/** Throws when the schema has no name. */
function schemaIdOf(schema: z.ZodType): string {
  const id = schema.meta()?.id;
  if (id === undefined) throw new Error('a fieldError needs an id in its .meta()');
  return id;
}

const retryAfter = {
  description: 'Seconds after which to try again.',
  schema: { type: 'integer', minimum: 0 },
} as const;

export const commonHeaders = { 'X-Request-Id': { $ref: '#/components/headers/RequestId' } };

/** The headers that a route names itself. */
export function headersOf(route: Route<never>): Record<string, object> {
  return Object.fromEntries(
    Object.entries(route.answerHeaders).map(([name, description]) => [
      name,
      { description, schema: { type: 'string' } },
    ]),
  );
}
