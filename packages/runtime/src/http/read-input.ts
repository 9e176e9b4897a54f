import type { Request } from 'express';
import { complaintAboutType } from './content-type.ts';
import { QUICK_BYTES, type Room } from './large-bodies.ts';
import { turnAway } from './overload.ts';
import { parseJson } from './parse-json.ts';
import { validationFailed } from './problems.ts';
import { readBody } from './read-body.ts';
import { type FieldError, isRefusal, type Refusal } from './reply.ts';
import { parseQuery } from './request-target.ts';
import type { Route } from './route.ts';
import { validate } from './validate.ts';

export interface Input {
  params: unknown;
  query: unknown;
  body: unknown;
}

/**
 * Reads and validates what a request brings to its route: parameters, query and body, all problems together.
 * Answers `gone` when the client left before it had sent everything. Throws MalformedTarget.
 */
export async function readInput(
  route: Route<never>,
  request: Request,
  queryText: string,
  room: Room | null,
): Promise<Input | Refusal | 'gone'> {
  const { values, repeated } = parseQuery(queryText);
  const sent = await readSentBody(route, request, room);
  if (sent === 'gone' || isRefusal(sent)) return sent;

  const params = validate(route.params, request.params);
  const query = validate(route.query, values);
  const body =
    route.mediaType === null
      ? validate(route.body, sent.value, { checkText: route.checkBodyText })
      : { value: sent.value };
  const errors: FieldError[] = [
    ...(params.errors ?? []),
    ...repeated.map((path) => ({ path, message: 'is given more than once; send it once' })),
    ...(query.errors ?? []).filter(({ path }) => !repeated.includes(path)),
    ...(body.errors ?? []),
  ];
  if (errors.length > 0) return validationFailed(errors);
  return { params: params.value, query: query.value, body: body.value };
}

async function readSentBody(
  route: Route<never>,
  request: Request,
  room: Room | null,
): Promise<{ value: unknown } | Refusal | 'gone'> {
  if (route.method === 'get') return { value: undefined };
  const bytes = await readBody(request, route.bodyLimit, room);
  if (bytes === 'gone' || !Buffer.isBuffer(bytes)) return bytes;
  if (bytes.length > QUICK_BYTES && room && !(await room.enter('work'))) return await turnAway();
  if (route.mediaType !== null) {
    const complaint = complaintAboutType(request.headers['content-type'], route.mediaType);
    return complaint === undefined ? { value: bytes } : { problem: 'malformed_request', detail: complaint };
  }
  if (bytes.length === 0 && route.bodyOptional) return { value: undefined };
  return parseJson(bytes, request.headers['content-type']);
}
