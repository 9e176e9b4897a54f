import type { IncomingHttpHeaders } from 'node:http';
import { z } from 'zod';
import type { Reply } from './reply.ts';

export type Method = 'get' | 'post' | 'patch' | 'put' | 'delete';

/** What a handler gets: everything is decoded, validated and typed by the route's schemas. */
export interface RouteRequest<Principal, Params, Query, Body> {
  principal: Principal;
  params: Params;
  query: Query;
  body: Body;
  requestId: string;
  headers: IncomingHttpHeaders;
  /** Aborted when the deadline has passed or the client has gone; work not yet begun may be spared. */
  signal: AbortSignal;
}

/** A JSON body by its schema, or others by their media types, beside which it may be had as JSON; null is no body. */
export type AnswerShape =
  | z.ZodType
  | { readonly mediaTypes: readonly string[]; readonly json?: z.ZodType }
  | null;

type Nothing = Readonly<Record<never, never>>;
type OutputOf<Schema, Otherwise> = Schema extends z.ZodType ? z.output<Schema> : Otherwise;

export interface RouteDefinition<Principal, Allow extends readonly string[], Params, Query, Body> {
  method: Method;
  /** `/v1/events/:eventId`; every parameter is in `params`. */
  path: string;
  /** The roles that may call it; `[]` makes it public, without a principal. */
  allow: Allow;
  params?: Params;
  query?: Query;
  body?: Body;
  /** Bytes, after inflating. A large one needs a place, see `http/large-bodies.ts`. */
  bodyLimit?: number;
  /**
   * Of a body that is not JSON, such as `text/csv`: the handler gets its bytes as they are, and `body` is
   * {@link bytes}.
   */
  mediaType?: string;
  /** What it does, in one line for people who read the documents: "Reads one event". */
  summary: string;
  /** What generated clients call it, where its method and path would give it the name of another route. */
  operationId?: string;
  /** Good answers by status: the schema of a JSON body, the media types of another one, null where there is no body. */
  answers: Readonly<Record<number, AnswerShape>>;
  /** Headers that an answer may carry beside those of any route, by name, with what they say. */
  answerHeaders?: Readonly<Record<string, string>>;
  /** Codes of the problem catalog that it refuses with, beside those that any route may give. */
  refusals?: readonly string[];
  /** What an item of `errors` may be beside a path and a message; its `.meta()` has an `id`. */
  fieldError?: z.ZodType;
  /** After this the client hears 503, whatever the handler still does. */
  deadlineMs?: number;
  /** True for what people stand and wait for: it is served also while others are turned away, see `http/places.ts`. */
  urgent?: boolean;
  /**
   * True where somebody who was let in lately is let in also while nobody can say who calls, because the answer tells
   * why. For what belongs to nobody: it may be a credential that has just ended.
   */
  believeRecent?: boolean;
  /**
   * False when the handler passes each part of the body to `validate` itself, so that one bad part costs only itself.
   */
  checkBodyText?: boolean;
  handle: (
    request: RouteRequest<
      Allow extends readonly [] ? undefined : Principal,
      OutputOf<Params, Nothing>,
      OutputOf<Query, Nothing>,
      OutputOf<Body, undefined>
    >,
  ) => Promise<Reply>;
}

/** A route as the application runs it, and as documents and authorization tests read it. */
export interface Route<Principal = never> {
  readonly method: Method;
  readonly path: string;
  readonly allow: readonly string[];
  readonly params: z.ZodObject;
  readonly query: z.ZodObject;
  readonly body: z.ZodType;
  /** Whether it was given a schema of a body; without one nothing but `{}` is taken. */
  readonly takesBody: boolean;
  /** Whether an absent body is one that the schema accepts. */
  readonly bodyOptional: boolean;
  readonly bodyLimit: number;
  /** Null for JSON. */
  readonly mediaType: string | null;
  readonly deadlineMs: number;
  readonly urgent: boolean;
  readonly believeRecent: boolean;
  readonly checkBodyText: boolean;
  readonly summary: string;
  readonly operationId: string | undefined;
  readonly answers: Readonly<Record<number, AnswerShape>>;
  readonly answerHeaders: Readonly<Record<string, string>>;
  readonly refusals: readonly string[];
  readonly fieldError: z.ZodType | undefined;
  readonly handle: (request: RouteRequest<Principal, never, never, never>) => Promise<Reply>;
}

/** Fits inside the two seconds that every answer is promised in. */
const DEADLINE_MS = 1900;
const BODY_LIMIT = 100_000;

/** The body of a route with a `mediaType`. */
export const bytes = z.custom<Buffer>(Buffer.isBuffer);

/** Clients like to send `{}` where nothing is asked for. */
const NO_BODY = z
  .strictObject({})
  .optional()
  .transform(() => undefined);

/**
 * Gives the `route` function of a service, whose handlers get a `Principal` and whose `allow` lists `Role`s.
 * Types of `params`, `query` and `body` are inferred from the schemas. Objects are made strict, so what a
 * schema doesn't name is refused. Throws when the path and the schema of its parameters differ.
 */
export function routeFor<Principal, Role extends string = string>() {
  return function route<
    const Allow extends readonly Role[],
    Params extends z.ZodObject | undefined = undefined,
    Query extends z.ZodObject | undefined = undefined,
    Body extends z.ZodType | undefined = undefined,
  >(definition: RouteDefinition<Principal, Allow, Params, Query, Body>): Route<Principal> {
    const { method, path, allow, params, query, body } = definition;
    requireSameNames(path, params);
    const accepted = body instanceof z.ZodObject ? madeStrict(body) : (body ?? NO_BODY);
    return {
      method,
      path,
      allow,
      params: params?.strict() ?? z.strictObject({}),
      query: query?.strict() ?? z.strictObject({}),
      body: accepted,
      takesBody: body !== undefined,
      bodyOptional: accepted.safeParse(undefined).success,
      bodyLimit: definition.bodyLimit ?? BODY_LIMIT,
      mediaType: definition.mediaType ?? null,
      deadlineMs: definition.deadlineMs ?? DEADLINE_MS,
      urgent: definition.urgent ?? false,
      believeRecent: definition.believeRecent ?? false,
      checkBodyText: definition.checkBodyText ?? true,
      summary: definition.summary,
      operationId: definition.operationId,
      answers: definition.answers,
      answerHeaders: definition.answerHeaders ?? {},
      refusals: definition.refusals ?? [],
      fieldError: definition.fieldError,
      handle: definition.handle as unknown as Route<Principal>['handle'],
    };
  };
}

/** A route whose handlers don't look at who calls. */
export const route = routeFor<unknown>();

/** One that is strict stays the one it is: it may have a name in the documents, which a copy has not. */
function madeStrict(body: z.ZodObject): z.ZodObject {
  return body.def.catchall instanceof z.ZodNever ? body : body.strict();
}

function requireSameNames(path: string, params: z.ZodObject | undefined): void {
  const inPath = path.split('/').flatMap((part) => (part.startsWith(':') ? [part.slice(1)] : []));
  const inSchema = Object.keys(params?.shape ?? {});
  const differing = [...inPath, ...inSchema].filter(
    (name) => !inPath.includes(name) || !inSchema.includes(name),
  );
  if (differing.length === 0) return;
  throw new Error(`${path} and the schema of its parameters differ in ${differing.join(', ')}`);
}

/** Orders routes so that `/events/import` is looked at before `/events/:id`. */
export function bySpecificity(one: { path: string }, other: { path: string }): number {
  const [left, right] = [one.path.split('/'), other.path.split('/')];
  for (const [index, segment] of left.entries()) {
    const difference = Number(segment.startsWith(':')) - Number(right[index]?.startsWith(':') ?? false);
    if (difference !== 0) return difference;
  }
  return 0;
}
