import type { IncomingMessage, ServerResponse } from 'node:http';
import { newId } from '../ids.ts';
import type { Logger } from '../logger.ts';
import { measureRequest } from './request-metrics.ts';

/** One request and what becomes of it; kept in `response.locals`. */
export interface Exchange {
  requestId: string;
  /** The pattern of the route, since a path may hold an access code. */
  route: string | null;
  query: string;
  /** The code of the problem answered. */
  problem: string | null;
  /** The code of the error behind `unavailable`, such as ECONNREFUSED. */
  cause: string | null;
  /** Runs work as a part of the request's trace, which is not the one that runs when a connection closes. */
  inTrace: (work: () => void) => void;
}

/** The caller's `X-Request-Id` when it can be taken over as it is, otherwise a new one. */
export function requestIdOf(request: IncomingMessage): string {
  const given = request.headers['x-request-id'];
  return typeof given === 'string' && /^[A-Za-z0-9-]{1,64}$/.test(given) ? given : newId();
}

/** Asked every few seconds by machines; nobody reads a line about it. */
const PROBES = new Set(['/livez', '/readyz', '/metrics']);

/**
 * Measures an exchange, and writes one line when the exchange is over. Never the path, the query, headers or a body.
 */
export function logWhenDone(
  exchange: Exchange,
  method: string,
  response: ServerResponse,
  logger: Logger,
): void {
  const startedAt = performance.now();
  response.once('close', () => {
    const { requestId, route, problem, cause } = exchange;
    const ms = performance.now() - startedAt;
    const status = response.headersSent ? response.statusCode : null;
    measureRequest({ method, route, status, problem, ms });
    const line = {
      requestId,
      method,
      route,
      status,
      ...(problem === null ? {} : { problem }),
      ...(cause === null ? {} : { cause }),
      ms: Math.round(ms * 10) / 10,
      ...(response.writableFinished ? {} : { [endedBy(response, problem)]: true }),
    };
    const level = route !== null && PROBES.has(route) ? 'debug' : 'info';
    exchange.inTrace(() => logger[level](line, 'request'));
  });
}

/** A problem that turned up in the middle of a good answer is our doing; otherwise the client went. */
function endedBy({ headersSent, statusCode }: ServerResponse, problem: string | null): string {
  return headersSent && statusCode < 400 && problem !== null ? 'brokenOff' : 'clientGone';
}
