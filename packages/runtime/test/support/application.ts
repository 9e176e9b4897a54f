import { Writable } from 'node:stream';
import { type AppOptions, createApp } from '@turnout/runtime/http/app';
import type { RenderProblem } from '@turnout/runtime/http/app-state';
import type { Route } from '@turnout/runtime/http/route';
import { type HttpServer, type ListenOptions, listen } from '@turnout/runtime/http/server';
import { createLogger, type Logger } from '@turnout/runtime/logger';

export interface Caller {
  role: string;
}

export interface Application extends HttpServer {
  /** What was logged so far. */
  lines: Record<string, unknown>[];
}

const STATUS: Readonly<Record<string, number>> = {
  malformed_request: 400,
  unauthenticated: 401,
  forbidden: 403,
  not_found: 404,
  method_not_allowed: 405,
  request_timeout: 408,
  payload_too_large: 413,
  validation_failed: 422,
  headers_too_large: 431,
  unavailable: 503,
};

export const problem: RenderProblem = (code, { extra, ...fields }) => {
  const status = STATUS[code] ?? 500;
  return { status, body: { status, code, ...fields, ...extra } };
};

/** A logger that keeps its lines. */
export function memoryLogger(): { logger: Logger; lines: Record<string, unknown>[] } {
  const lines: Record<string, unknown>[] = [];
  const destination = new Writable({
    write(chunk: Buffer, _encoding, done) {
      lines.push(JSON.parse(chunk.toString()) as Record<string, unknown>);
      done();
    },
  });
  return { logger: createLogger({ name: 'test', level: 'debug', destination }), lines };
}

/**
 * A listening application with these routes. `Authorization: <role>` authenticates; `<role>@<event>` only
 * reaches that event. What is sent with one such header shares the places for large bodies.
 */
export async function startApplication(
  routes: readonly Route<Caller>[],
  options: Partial<AppOptions<Caller>> = {},
  listening: Partial<ListenOptions> = {},
): Promise<Application> {
  const { logger, lines } = memoryLogger();
  const app = createApp<Caller>({
    routes,
    async authenticate(authorization) {
      return authorization === undefined
        ? { problem: 'unauthenticated' }
        : { principal: { role: authorization } };
    },
    authorize({ role: credentials }, route, params) {
      const [role = '', event] = credentials.split('@');
      if (!route.allow.includes(role)) return { problem: 'forbidden' };
      return event !== undefined && params.eventId !== event ? { problem: 'not_found' } : undefined;
    },
    holderOf: ({ role }) => role,
    problem,
    readiness: async () => ({ ready: true, checks: { everything: 'ok' } }),
    isUnavailable: () => false,
    placesAtOnce: 1_000,
    logger,
    ...options,
  });
  const server = await listen(app, { port: 0, host: '127.0.0.1', drainMs: 0, ...listening });
  return { url: server.url, lines, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}
