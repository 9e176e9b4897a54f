import type { IncomingMessage, ServerResponse } from 'node:http';
import { newId } from '../ids.ts';
import type { Logger } from '../logger.ts';

/** One request and what becomes of it; kept in `response.locals`. */
export interface Exchange {
  requestId: string;
  /** The pattern of the route, since a path may hold an access code. */
  route: string | null;
  query: string;
  /** The code of the problem answered. */
  problem: string | null;
}

/** The caller's `X-Request-Id` when it can be taken over as it is, otherwise a new one. */
export function requestIdOf(request: IncomingMessage): string {
  const given = request.headers['x-request-id'];
  return typeof given === 'string' && /^[A-Za-z0-9-]{1,64}$/.test(given) ? given : newId();
}

/** Writes one line when the exchange is over. Never the path, the query, headers or a body. */
export function logWhenDone(
  exchange: Exchange,
  method: string,
  response: ServerResponse,
  logger: Logger,
): void {
  const startedAt = performance.now();
  response.once('close', () => {
    const { requestId, route, problem } = exchange;
    const line = {
      requestId,
      method,
      route,
      status: response.headersSent ? response.statusCode : null,
      ...(problem === null ? {} : { problem }),
      ...(response.writableFinished ? {} : { [endedBy(response, problem)]: true }),
      ms: Math.round((performance.now() - startedAt) * 10) / 10,
    };
    if (route === '/livez' || route === '/readyz') logger.debug(line, 'request');
    else logger.info(line, 'request');
  });
}

/** A problem that turned up in the middle of a good answer is our doing; otherwise the client went. */
function endedBy({ headersSent, statusCode }: ServerResponse, problem: string | null): string {
  return headersSent && statusCode < 400 && problem !== null ? 'brokenOff' : 'clientGone';
}
