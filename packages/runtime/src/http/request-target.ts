import type { IncomingMessage } from 'node:http';

/** The request's target was not one of RFC 9112, or not UTF-8 in percent-encoding. */
export class MalformedTarget extends Error {
  override readonly name = 'MalformedTarget';
}

export interface QueryParameters {
  values: Record<string, string>;
  /** Names given more than once. */
  repeated: string[];
}

/**
 * Throws {@link MalformedTarget} unless the request is one of HTTP/1.1 that names its host, once, or of HTTP/1.0, which
 * may leave it out. Two proxies may each believe another one of two hosts.
 */
export function checkStartOf({ httpVersion, rawHeaders }: IncomingMessage): void {
  // Node's parser also takes HTTP/2.0 here, and a request line without a version for HTTP/0.9.
  if (httpVersion !== '1.1' && httpVersion !== '1.0') throw new MalformedTarget();
  let hosts = 0;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    if (rawHeaders[at]?.length === 4 && rawHeaders[at]?.toLowerCase() === 'host') hosts += 1;
  }
  if (hosts > 1 || (hosts === 0 && httpVersion === '1.1')) throw new MalformedTarget();
}

/** `http://host/path` as `/path`: what Express is given must not have a host, which it would fail to parse. */
export function withoutOrigin(target: string): string {
  if (target.startsWith('/')) return target;
  const path = target.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/?#]*/i, '');
  return path === '' ? '/' : path;
}

/**
 * Splits a target without origin into path and query. It has no fragment, nothing but printable ASCII, and a
 * path that decodes; else throws {@link MalformedTarget}.
 */
export function parseTarget(target: string): { path: string; query: string } {
  if (!/^[!"$-~]*$/.test(target)) throw new MalformedTarget();
  const mark = target.indexOf('?');
  const path = mark === -1 ? target : target.slice(0, mark);
  decode(path);
  return { path, query: mark === -1 ? '' : target.slice(mark + 1) };
}

/** Decodes a query string. A `+` is a space, as forms write it. Throws {@link MalformedTarget}. */
export function parseQuery(query: string): QueryParameters {
  const values: Record<string, string> = Object.create(null);
  const repeated = new Set<string>();
  for (const pair of query.split('&')) {
    if (pair === '') continue;
    const equals = pair.indexOf('=');
    const name = decode(plusToSpace(equals === -1 ? pair : pair.slice(0, equals)));
    if (name in values) repeated.add(name);
    values[name] = equals === -1 ? '' : decode(plusToSpace(pair.slice(equals + 1)));
  }
  return { values, repeated: [...repeated] };
}

function plusToSpace(text: string): string {
  return text.replaceAll('+', ' ');
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new MalformedTarget();
  }
}
