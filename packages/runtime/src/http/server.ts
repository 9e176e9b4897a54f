/**
 * Listening, and stopping without failing a request.
 *
 * Stopping begins with saying so: `/readyz` answers 503 and every answer carries `Connection: close`, for a
 * while in which balancers look elsewhere and clients leave their connections by themselves. Then nothing new
 * is accepted, but for as long again whoever just connected may still send a request. Only then are connections
 * without one closed; requests that run are waited for, up to a limit. Event streams that have no end of their own are
 * ended at the very start, so that their listeners come back to another instance.
 *
 * What is cut off at the limit must not look finished: an answer that has begun resets its connection, since to a
 * client of HTTP/1.0 a connection that is closed is the end of the answer.
 *
 * A balancer that takes longer to notice finds the port closed, and a client that begins a request in the very
 * instant in which its idle connection is closed sees a reset: HTTP/1.1 has no remedy, the wait makes it rare.
 */
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { type AddressInfo, Server as NetServer } from 'node:net';
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import type { Express } from 'express';
import { MINUTE, SECOND } from '../durations.ts';
import { stateOf } from './app-state.ts';
import { answerParserError, refuseConnect } from './parser-errors.ts';
import { withoutOrigin } from './request-target.ts';

export interface ListenOptions {
  port: number;
  host: string;
  /** How long a request may take to arrive, headers and body. */
  arrivalMs?: number;
  /** How long nothing may move on a connection while an answer is owed or sent, such as one that nobody reads. */
  stalledMs?: number;
  /**
   * Connections at most; more are closed at once. Each costs memory, and a file descriptor that PostgreSQL's may need.
   */
  maxConnections?: number;
  /** How long to keep accepting after having said "not ready", and then to keep connections that are idle. */
  drainMs?: number;
  /** How long requests that still run may take after that. */
  graceMs?: number;
}

export interface HttpServer extends AsyncDisposable {
  /** `http://127.0.0.1:4001`, with the port that was really taken. */
  readonly url: string;
}

/**
 * Closing a port resets whoever waits in its queue, and the event loop takes one of them per turn: a busy process
 * has many there. Returns after a turn that found none, or after a thousand.
 */
async function everyConnectionAccepted(server: NetServer): Promise<void> {
  let accepted = 0;
  const count = () => {
    accepted += 1;
  };
  server.on('connection', count);
  for (let before = -1, turn = 0; accepted > before && turn < 1000; turn += 1) {
    before = accepted;
    await nextTurn();
  }
  server.off('connection', count);
}

/** Serves an application made by `createApp`. Throws what the system says when the port can't be had. */
export async function listen(
  app: Express,
  {
    port,
    host,
    arrivalMs = 30 * SECOND,
    stalledMs = 2 * MINUTE,
    maxConnections = 5_000,
    drainMs = 300,
    graceMs = 5 * SECOND,
  }: ListenOptions,
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
  server.timeout = stalledMs;
  server.maxConnections = maxConnections;
  server.on('request', (request, response) => {
    request.url = withoutOrigin(request.url ?? '/');
    if (state.draining) response.setHeader('Connection', 'close');
    running.add(response);
    response.once('close', () => running.delete(response));
  });
  server.on('request', app);
  // Expectations are optional to understand, and Node's own answer to one would not be a problem document.
  server.on('checkExpectation', (request, response) => server.emit('request', request, response));
  server.on('connect', (_request, socket) => refuseConnect(socket, state));
  server.on('clientError', (error, socket) => {
    // In the middle of an answer another one would only confuse.
    const answering = [...running].some((response) => response.socket === socket && response.headersSent);
    if (answering) socket.destroy();
    else answerParserError(error, socket, state);
  });
  server.listen(port, host);
  await once(server, 'listening');

  async function stop(): Promise<void> {
    if (state.draining) return;
    state.draining = true;
    state.stopping.abort();
    for (const response of running) if (!response.headersSent) response.setHeader('Connection', 'close');
    await sleep(drainMs);
    await everyConnectionAccepted(server);
    const closed = once(server, 'close');
    // Unlike its override in http, this closes no connection.
    NetServer.prototype.close.call(server);
    await Promise.race([closed, sleep(drainMs)]);
    server.close();
    const giveUp = setTimeout(() => {
      for (const { headersSent, writableFinished, socket } of running) {
        if (headersSent && !writableFinished) socket?.resetAndDestroy();
      }
      server.closeAllConnections();
    }, graceMs);
    await closed;
    clearTimeout(giveUp);
  }

  const address = server.address() as AddressInfo;
  const shownHost = address.family === 'IPv6' ? `[${address.address}]` : address.address;
  return { url: `http://${shownHost}:${address.port}`, [Symbol.asyncDispose]: stop };
}
