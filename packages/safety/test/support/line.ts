import { type Role, roles } from '@turnout/contracts/http/tokens';
import type { Request } from './ask.ts';
import type { Service } from './four-services.ts';
import { type Ids, type Made, makers, type Place } from './world.ts';

type Body = object | ((ids: Ids) => object);

interface Example {
  /**
   * What it is about, where that is not what its path names: the whole organization, or what is the caller's of a list.
   */
  scope?: 'organization' | 'filtered';
  /** A body that works; several where there are several forms. */
  body?: Body | readonly Body[];
  /** The same of a route that takes a file. */
  csv?: string;
  /** Query parameters that it needs. */
  query?: Readonly<Record<string, string>>;
  /** Query parameters that take ids. */
  filters?: (ids: Ids) => Readonly<Record<string, string>>;
  /** What a call uses up, so that each needs its own. */
  uses?: Made;
  /** The status of a call that is allowed. */
  gives?: number;
}

/** A route, who may call it, and how. */
export interface MatrixLine extends Omit<Example, 'body'> {
  /** `GET /v1/events/:eventId`. */
  route: string;
  method: string;
  path: string;
  /** Nobody in particular where it is empty. */
  may: readonly Role[];
  bodies: readonly ((ids: Ids) => object)[];
  gives: number;
  /** Names of its path's parameters. */
  parameters: readonly (keyof Ids)[];
}

/** One line of the matrix. */
export function line(route: string, may: readonly Role[], example: Example = {}): MatrixLine {
  const [method = '', path = ''] = route.split(' ');
  const { body = [], gives = 200, ...rest } = example;
  const bodies = (Array.isArray(body) ? body : [body]) as readonly Body[];
  return {
    ...rest,
    route,
    method,
    path,
    may,
    gives,
    bodies: bodies.map((given) =>
      typeof given === 'function' ? (given as (ids: Ids) => object) : () => given,
    ),
    parameters: [...path.matchAll(/:(\w+)/g)].map(([, name]) => name as keyof Ids),
  };
}

/**
 * Everybody who may knock. `elsewhere` is an admin of the organization for another event, `stranger` one of another.
 */
export const callers = [...roles, 'nobody', 'revoked', 'expired', 'elsewhere', 'stranger'] as const;
export type Caller = (typeof callers)[number];

/** The status that the line promises to a caller. */
export function promised({ may, gives, scope, parameters }: MatrixLine, caller: Caller): number {
  if (may.length === 0) return gives;
  if (caller === 'nobody' || caller === 'revoked' || caller === 'expired') return 401;
  const role = caller === 'elsewhere' || caller === 'stranger' ? 'admin' : caller;
  if (!may.includes(role)) return 403;
  const ofOtherEvent = parameters.includes('eventId');
  if (caller === 'elsewhere' && scope === 'organization' && !ofOtherEvent) return 403;
  const isForeign = caller === 'elsewhere' || caller === 'stranger';
  return isForeign && parameters.length > 0 ? 404 : gives;
}

/** The call of a line that names these ids; the first form of its body, unless another one is asked for. */
export function callOf(
  { method, path, query = {}, bodies, csv }: MatrixLine,
  ids: Ids,
  { body = bodies[0]?.(ids) }: { body?: object | undefined } = {},
): Pick<Request, 'method' | 'body' | 'headers'> & { target: string } {
  const named = path.replace(/:(\w+)/g, (_match, name: keyof Ids) => encodeURIComponent(ids[name]));
  const search = new URLSearchParams(query).toString();
  const target = search === '' ? named : `${named}?${search}`;
  return csv === undefined
    ? { method, target, body }
    : { method, target, body: csv, headers: { 'content-type': 'text/csv' } };
}

/** The ids for one call: what it uses up is made for it. */
export async function idsFor({ uses }: MatrixLine, place: Place, token: string): Promise<Ids> {
  return uses === undefined ? place.ids : { ...place.ids, ...(await makers[uses](place, token)) };
}

/** `[title, service, line]` for each line, as tests are listed. */
export function titled(
  matrix: Record<Service, readonly MatrixLine[]>,
  only: (line: MatrixLine) => boolean = () => true,
): [title: string, service: Service, line: MatrixLine][] {
  return Object.entries(matrix).flatMap(([service, lines]) =>
    lines
      .filter(only)
      .map((each): [string, Service, MatrixLine] => [`${service} ${each.route}`, service as Service, each]),
  );
}
