/**
 * The description of a service, made of the very schemas by which its requests are read and its answers are typed.
 *
 * What a schema checks by a function JSON Schema cannot say: there the document is wider than the service, and a
 * request that it allows may still be answered 422. It is never narrower.
 */

import { z } from 'zod';
import { createDocument, type ZodOpenApiOverride } from 'zod-openapi';
import { operationIdOf, tagOf, templateOf } from './open-api-names.ts';
import {
  commonHeaders,
  fieldErrorSchema,
  fieldErrorsOf,
  headersOf,
  type ProblemCatalog,
  problemAnswers,
  problemSchema,
} from './open-api-problems.ts';
import type { AnswerShape, Route } from './route.ts';

export interface DocumentFacts {
  title: string;
  version: string;
  /** Markdown. */
  description: string;
  problems: ProblemCatalog;
}

type PathItems = NonNullable<Parameters<typeof createDocument>[0]['paths']>;

/**
 * An OpenAPI 3.1 document of these routes.
 * Throws when two would have one operationId, or one refuses with a code that is not in the catalog.
 */
export function openApiOf(routes: readonly Route<never>[], facts: DocumentFacts): object {
  const paths: Record<string, Record<string, object>> = {};
  const taken = new Map<string, string>();
  for (const route of routes) {
    const operationId = route.operationId ?? operationIdOf(route);
    const other = taken.get(operationId);
    if (other !== undefined)
      throw new Error(`${other} and ${route.method} ${route.path} are both ${operationId}`);
    taken.set(operationId, `${route.method} ${route.path}`);
    const template = templateOf(route.path);
    paths[template] = { ...paths[template], [route.method]: operationOf(route, operationId, facts.problems) };
  }
  const { title, version, description } = facts;
  return createDocument(
    {
      openapi: '3.1.1',
      info: { title, version, description, license: { name: 'MIT', identifier: 'MIT' } },
      servers: [{ url: '/', description: 'The service that serves this document' }],
      tags: [...new Set(routes.map(tagOf))].sort().map((name) => ({ name })),
      paths: paths as PathItems,
      components: {
        securitySchemes: {
          token: {
            type: 'http',
            scheme: 'bearer',
            description: 'A token of the organization, as `Authorization: Bearer tnt_…`.',
          },
        },
        headers: {
          RequestId: {
            description:
              'The id of this request: as sent in this header, or generated. It is logged and stored.',
            schema: { type: 'string', pattern: '^[A-Za-z0-9-]{1,64}$' },
          },
        },
        schemas: {
          Problem: problemSchema as never,
          FieldError: fieldErrorSchema as never,
          ...fieldErrorsOf(routes),
        },
      },
    },
    { override: plainer, allowEmptySchema: { unknown: true } },
  );
}

function operationOf(route: Route<never>, operationId: string, problems: ProblemCatalog): object {
  const { allow, params, query, body, bodyLimit, bodyOptional, mediaType, takesBody } = route;
  const isPublic = allow.length === 0;
  return {
    operationId,
    summary: route.summary,
    tags: [tagOf(route)],
    ...(isPublic ? {} : { description: `For tokens with the role ${listed(allow)}.`, 'x-roles': allow }),
    security: isPublic ? [] : [{ token: [] }],
    requestParams: { path: params, query, header: requestHeaders },
    ...(takesBody
      ? {
          requestBody: {
            required: !bodyOptional,
            description: `At most ${bodyLimit} bytes, also after decompression; \`Content-Encoding: gzip\` is possible.`,
            content:
              mediaType === null
                ? { 'application/json': { schema: body } }
                : { [mediaType]: { schema: { type: 'string' } } },
          },
        }
      : {}),
    responses: { ...goodAnswers(route), ...problemAnswers(route, problems) },
  };
}

const requestHeaders = z.object({
  'X-Request-Id': z
    .string()
    .regex(/^[A-Za-z0-9-]{1,64}$/)
    .optional()
    .meta({
      description: 'An id for this request. One that does not match the pattern is replaced.',
    }),
});

function goodAnswers(route: Route<never>): Record<string, object> {
  return Object.fromEntries(
    Object.entries(route.answers).map(([status, answer]) => [
      status,
      {
        description: descriptionOf(Number(status)),
        headers: {
          ...commonHeaders,
          ...(status === '201' || status === '202' ? { Location: location } : {}),
          ...headersOf(route),
        },
        ...contentOf(answer),
      },
    ]),
  );
}

const location = {
  description: 'Where the created resource can be read, if it can.',
  schema: { type: 'string', format: 'uri-reference' },
};

function contentOf(answer: AnswerShape): object {
  if (answer === null) return {};
  if (!('mediaTypes' in answer)) return { content: { 'application/json': { schema: answer } } };
  return {
    content: {
      ...(answer.json && { 'application/json': { schema: answer.json } }),
      ...Object.fromEntries(answer.mediaTypes.map((type) => [type, { schema: { type: 'string' } }])),
    },
  };
}

function descriptionOf(status: number): string {
  switch (status) {
    case 201:
      return 'Done, and kept.';
    case 202:
      return 'Accepted; it continues in the background.';
    case 204:
      return 'Done. There is no body.';
    default:
      return 'Done.';
  }
}

function listed(roles: readonly string[]): string {
  const quoted = roles.map((role) => `\`${role}\``);
  return quoted.length === 1 ? String(quoted[0]) : `${quoted.slice(0, -1).join(', ')} or ${quoted.at(-1)}`;
}

/** A format says what zod's long pattern for it says, and the bounds of all safe integers say nothing. */
const plainer: ZodOpenApiOverride = ({ jsonSchema }) => {
  const { format, pattern } = jsonSchema;
  if ((format === 'uuid' || format === 'date' || format === 'date-time') && (pattern?.length ?? 0) > 100) {
    delete jsonSchema.pattern;
  }
  if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
  if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
};
