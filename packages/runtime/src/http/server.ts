/**
 * Listening, and stopping without failing a request.
 *
 * Stopping begins with saying so: `/readyz` answers 503 and every answer carries `Connection: close`, for a
 * while in which balancers look elsewhere and clients leave their connections by themselves. Only then is
 * the socket closed to new connections. Requests still running are waited for, up to a limit; connections
 * without one are closed. A client that begins a request on an idle connection in the very instant in which
 * it is closed sees a reset: nothing in HTTP/1.1 prevents that, the while before makes it rare.
 */
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Express } from 'express';
import { SECOND } from '../durations.ts';
import { stateOf } from './app-state.ts';
import { answerParserError } from './parser-errors.ts';
import { withoutOrigin } from './request-target.ts';

export interface ListenOptions {
  port: number;
  host: string;
  /** How long a request may take to arrive, headers and body. */
  arrivalMs?: number;
  /** How long to keep serving after having said "not ready". */
  drainMs?: number;
  /** How long requests that still run may take after that. */
  graceMs?: number;
}

export interface HttpServer extends AsyncDisposable {
  /** `http://127.0.0.1:4001`, with the port that was really taken. */
  readonly url: string;
}

/** Serves an application made by `createApp`. Throws what the system says when the port can't be had. */
export async function listen(
  app: Express,
  { port, host, arrivalMs = 30 * SECOND, drainMs = 300, graceMs = 5 * SECOND }: ListenOptions,
): Promise<HttpServer> {
  const state = stateOf(app);
  const running = new Set<ServerResponse>();
  const server = createServer({
    headersTimeout: Math.min(arrivalMs, 10 * SECOND),
    requestTimeout: arrivalMs,
    connectionsCheckingInterval: Math.min(arrivalMs, SECOND),
    // Longer than the idle time of common load balancers, so that they close first.
    keepAliveTimeout: 65 * SECOND,
    maxHeaderSize: 16_384,
    // The application refuses such requests itself, with a problem document.
    requireHostHeader: false,
  });
  server.on('request', (request, response) => {
    request.url = withoutOrigin(request.url ?? '/');
    if (state.draining) response.setHeader('Connection', 'close');
    running.add(response);
    response.once('close', () => running.delete(response));
  });
  server.on('request', app);
  server.on('clientError', (error, socket) => {
    // In the middle of an answer another one would only confuse.
    const answering = [...running].some((response) => response.socket === socket && response.headersSent);
    if (answering) socket.destroy();
    else answerParserError(error, socket, state.problem);
  });
  server.listen(port, host);
  await once(server, 'listening');

  async function stop(): Promise<void> {
    if (state.draining) return;
    state.draining = true;
    for (const response of running) if (!response.headersSent) response.setHeader('Connection', 'close');
    await new Promise((resolve) => setTimeout(resolve, drainMs));
    const closed = new Promise((resolve) => server.close(resolve));
    const giveUp = setTimeout(() => server.closeAllConnections(), graceMs);
    await closed;
    clearTimeout(giveUp);
  }

  const address = server.address() as AddressInfo;
  const shownHost = address.family === 'IPv6' ? `[${address.address}]` : address.address;
  return { url: `http://${shownHost}:${address.port}`, [Symbol.asyncDispose]: stop };
}
