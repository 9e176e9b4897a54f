import type { Response } from 'express';
import type { Logger } from '../logger.ts';
import type { RenderProblem } from './app-state.ts';
import { DeadlinePassed } from './deadline.ts';
import type { Exchange } from './exchange.ts';
import type { FieldError, Refusal } from './reply.ts';
import { MalformedTarget } from './request-target.ts';
import { send } from './send.ts';

export interface ProblemOptions {
  problem: RenderProblem;
  /** Whether an error means that something we depend on is away, and a later try may succeed. */
  isUnavailable: (error: unknown) => boolean;
  logger: Logger;
}

/** The one place where a problem becomes an answer. */
export function sendProblem(
  response: Response<unknown, Exchange>,
  refusal: Refusal,
  problem: RenderProblem,
): void {
  const exchange = response.locals;
  const { problem: code, detail, errors, extra, headers } = refusal;
  const { status, body } = problem(code, {
    requestId: exchange.requestId,
    ...(detail === undefined ? {} : { detail }),
    ...(errors === undefined ? {} : { errors }),
    ...(extra === undefined ? {} : { extra }),
  });
  exchange.problem = code;
  send(response, {
    status,
    body,
    headers: {
      'Content-Type': 'application/problem+json',
      ...(status === 401 ? { 'WWW-Authenticate': 'Bearer' } : {}),
      ...headers,
    },
  });
}

/** What the client hears of an error; the log hears the rest. */
export function refusalOf(error: unknown, exchange: Exchange, options: ProblemOptions): Refusal {
  const { requestId, route } = exchange;
  if (error instanceof MalformedTarget) {
    return {
      problem: 'malformed_request',
      detail:
        'The request line or the Host header is not valid: send HTTP/1.1, and the URL as UTF-8 in percent-encoding.',
    };
  }
  if (error instanceof DeadlinePassed) {
    options.logger.warn({ requestId, route }, 'no answer before the deadline');
    return { problem: 'unavailable', headers: { 'Retry-After': '1' } };
  }
  if (options.isUnavailable(error)) {
    // The line of the request names the cause. While a server is away each request meets this, and a stack for each
    // would drown what is new.
    exchange.cause = codeOf(error);
    options.logger.debug({ requestId, route, err: error }, 'unavailable');
    return { problem: 'unavailable', headers: { 'Retry-After': '1' } };
  }
  options.logger.error({ requestId, route, err: error }, 'request failed');
  return { problem: 'internal_error' };
}

function codeOf(error: unknown): string {
  const { code, parent, name } = (error ?? {}) as {
    code?: unknown;
    parent?: { code?: unknown };
    name?: unknown;
  };
  return [code, parent?.code, name].find((each) => typeof each === 'string') ?? 'unknown';
}

/** Everything that is wrong with what was sent, as one refusal. */
export function validationFailed(errors: readonly FieldError[]): Refusal {
  const [first] = errors;
  const detail =
    errors.length === 1 && first !== undefined
      ? `${first.path} ${first.message}.`
      : `${errors.length} values are not valid; "errors" names each.`;
  return { problem: 'validation_failed', detail, errors };
}
