import type { Case, Manner } from './draw-cases.ts';
import { spoil } from './mutations.ts';
import { isJson, type Operation } from './operations.ts';
import { type LearnedIds, type Round, withIds } from './worlds.ts';

/** A request as it goes over the wire, and what is known of it beforehand. */
export interface DrawnRequest {
  operation: Operation;
  method: string;
  path: string;
  headers: Record<string, string>;
  body: Buffer | null;
  /** What path, query and body hold, to hold it against the document. */
  parts: { path: Record<string, unknown>; query: Record<string, unknown>; body: unknown };
  manner: Manner;
}

/** The request of a case in a round. Where the manner doesn't fit (no token where none is asked for), it is plain. */
export function toRequest(drawn: Case, round: Round, learned: LearnedIds): DrawnRequest {
  const { operation, spoilt } = drawn;
  const manner = fits(drawn.manner, operation, round) ? drawn.manner : 'plain';
  const world = round.worlds[drawn.world % round.worlds.length] ?? {};
  const parts = { ...drawn.parts };
  if (spoilt) {
    const now = spoil(parts[spoilt.part], spoilt.pick);
    // A path keeps its parts, and a query is a list of names: only values in them are spoilt.
    if (spoilt.part === 'body') parts.body = now;
    else if (spoilt.part === 'query') parts.query = asParameters(now);
    else parts.path = { ...parts.path, ...only(Object.keys(parts.path), asParameters(now)) };
  }
  const sent = withIds(parts, world, round, learned) as DrawnRequest['parts'];
  const path = mapValues(asTexts(sent.path), keepsPath);
  const query = asTexts(sent.query);
  const isFile = operation.body !== null && !isJson(operation.body.mediaType);
  const body = isFile && sent.body !== undefined ? asText(sent.body) : sent.body;
  const bytes = bodyOf(body, isFile, manner);
  return {
    operation,
    method: operation.method,
    path: pathOf(operation, path) + queryOf(query, manner),
    headers: {
      ...tokenOf(drawn, manner, round),
      ...(bytes === null
        ? {}
        : {
            'Content-Type':
              manner === 'other_media_type'
                ? 'text/plain'
                : (operation.body?.mediaType ?? 'application/json'),
          }),
      ...(manner === 'false_gzip' ? { 'Content-Encoding': 'gzip' } : {}),
    },
    body: bytes,
    parts: { path, query, body },
    manner,
  };
}

function fits(manner: Manner, { body, roles, parameters }: Operation, round: Round): boolean {
  switch (manner) {
    case 'plain':
    case 'unknown_query':
      return true;
    case 'no_token':
    case 'mistyped_token':
      return roles.length > 0;
    case 'wrong_role':
      return roles.length > 0 && Object.keys(round.tokens).some((role) => !roles.includes(role));
    case 'foreign_token':
      return roles.includes('admin') && parameters.some((parameter) => parameter.in === 'path');
    case 'repeated_query':
      return parameters.some((parameter) => parameter.in === 'query');
    case 'broken_json':
      return body?.required === true && isJson(body.mediaType);
    case 'broken_escape':
      return parameters.some((parameter) => parameter.in === 'path');
    default:
      return body?.required === true;
  }
}

function tokenOf(
  { operation, role }: Case,
  manner: Manner,
  { tokens, foreignToken }: Round,
): Record<string, string> {
  if (operation.roles.length === 0 || manner === 'no_token') return {};
  if (manner === 'mistyped_token') return { Authorization: `Bearer ${foreignToken.slice(0, -1)}%` };
  if (manner === 'foreign_token') return { Authorization: `Bearer ${foreignToken}` };
  const roles = Object.keys(tokens).filter(
    (name) => operation.roles.includes(name) === (manner !== 'wrong_role'),
  );
  return { Authorization: `Bearer ${tokens[roles[role % roles.length] ?? '']}` };
}

function pathOf({ template }: Operation, values: Record<string, string>): string {
  return template.replaceAll(/\{(\w+)\}/g, (_match, name: string) => escaped(values[name] ?? '0'));
}

function queryOf(values: Record<string, string>, manner: Manner): string {
  const pairs = Object.entries(values).map(([name, value]) => `${escaped(name)}=${escaped(value)}`);
  if (manner === 'repeated_query') pairs.push('limit=1', 'limit=1');
  if (manner === 'unknown_query') pairs.push('debug=true');
  if (manner === 'broken_escape') pairs.push('cursor=%E0%A4%A');
  return pairs.length === 0 ? '' : `?${pairs.join('&')}`;
}

/** Percent-encoded; half a surrogate pair has no encoding. */
function escaped(text: string): string {
  return encodeURIComponent(text.toWellFormed());
}

function bodyOf(body: unknown, isFile: boolean, manner: Manner): Buffer | null {
  switch (manner) {
    case 'no_body':
      return Buffer.alloc(0);
    case 'broken_json':
      return Buffer.from(`${JSON.stringify(body) ?? ''}{`);
    case 'invalid_utf8':
      return Buffer.concat([Buffer.from('{"a":"'), Buffer.from([0xc3, 0x28]), Buffer.from('"}')]);
    default:
      if (body === undefined) return null;
      return Buffer.from(isFile ? asText(body) : JSON.stringify(body));
  }
}

function asParameters(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
}

function only(names: readonly string[], values: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).filter(([name]) => names.includes(name)));
}

/** With an empty part, or with dots, a path would be another path. */
function keepsPath(text: string): string {
  return text === '' || text === '.' || text === '..' ? '0' : text;
}

function mapValues(values: Record<string, string>, change: (text: string) => string): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([name, text]) => [name, change(text)]));
}

/** As a URL carries them. */
function asTexts(values: Record<string, unknown>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, asText(value)]));
}

function asText(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? 'undefined');
}
