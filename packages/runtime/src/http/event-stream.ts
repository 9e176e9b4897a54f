/**
 * An answer that goes on: server-sent events (HTML standard, 9.2).
 *
 * It ends when the client goes, when the process stops, when the caller may no longer have it, and when the source
 * does. One whose source comes to an end by itself is left to that when the process stops, like any request. Whoever
 * reads with an EventSource comes back after two seconds, with the id of the last event. While nobody can say whether
 * the caller still may have it (the database is away), the stream stays open and events are held back.
 *
 * What a listener does not read is not kept for it: the source is asked for the next event only when the last one has
 * left, so one that answers with the newest loses nothing but what was overtaken. A listener that reads nothing for
 * half a minute is let go.
 */
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { setInterval as every, setTimeout as sleep } from 'node:timers/promises';
import { SECOND } from '../durations.ts';
import type { EventStream, ServerSentEvent } from './reply.ts';

export interface StreamTimes {
  /** A comment is sent so often, so that nobody on the way takes the connection for dead. */
  heartbeatMs: number;
  /**
   * How often the caller's right is looked at again. Whoever authenticates may remember a caller for some seconds more.
   */
  recheckMs: number;
  /** How long a listener may read nothing. */
  unreadMs: number;
}

export const streamTimes: StreamTimes = {
  heartbeatMs: 15 * SECOND,
  recheckMs: SECOND,
  unreadMs: 30 * SECOND,
};

export interface StreamOptions {
  /** HEAD: the headers and nothing else. */
  headOnly: boolean;
  /** Aborted when the process begins to stop. */
  stopping: AbortSignal;
  /** Whether the caller still may have it; throws when that can't be found out right now. */
  mayGoOn: () => Promise<boolean>;
  times: StreamTimes;
}

const RECONNECT_MS = 2 * SECOND;

/** Sends events until one of the ends above. Throws what the source throws; the answer is over by then. */
export async function sendEvents(
  response: ServerResponse,
  { events, endsByItself = false }: EventStream,
  { headOnly, stopping, mayGoOn, times }: StreamOptions,
): Promise<void> {
  if (response.headersSent || response.destroyed) return;
  response.statusCode = 200;
  response.setHeader('Content-Type', 'text/event-stream');
  response.setHeader('Cache-Control', 'no-store');
  // nginx would otherwise collect events before it passes them on.
  response.setHeader('X-Accel-Buffering', 'no');
  if (headOnly) {
    response.end();
    return;
  }
  response.write(`retry: ${RECONNECT_MS}\n\n`);

  const over = new AbortController();
  const { signal } = over;
  const end = () => over.abort();
  signal.addEventListener('abort', () => finish(response), { once: true });
  response.once('close', end);
  if (!endsByItself) {
    stopping.addEventListener('abort', end, { signal });
    if (stopping.aborted) end();
  }

  const right = { certain: true };
  void keepAlive(response, times.heartbeatMs, signal);
  void keepChecking(right, mayGoOn, times.recheckMs, over);
  try {
    for await (const event of events(signal)) {
      while (!right.certain) await sleep(times.recheckMs, undefined, { signal });
      if (signal.aborted) break;
      if (!response.write(textOf(event))) await drained(response, times.unreadMs, signal);
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    end();
  }
}

/** Stopping waits for no listener: what one that doesn't read has not taken by now is dropped. */
function finish(response: ServerResponse): void {
  if (response.writableNeedDrain) response.destroy();
  else response.end();
}

async function keepAlive(response: ServerResponse, ms: number, signal: AbortSignal): Promise<void> {
  await eachTick(ms, signal, async () => {
    if (!signal.aborted && !response.writableNeedDrain) response.write(':\n\n');
  });
}

async function keepChecking(
  right: { certain: boolean },
  mayGoOn: () => Promise<boolean>,
  ms: number,
  over: AbortController,
): Promise<void> {
  await eachTick(ms, over.signal, async () => {
    try {
      if (await mayGoOn()) right.certain = true;
      else over.abort();
    } catch {
      right.certain = false;
    }
  });
}

async function eachTick(ms: number, signal: AbortSignal, work: () => Promise<void>): Promise<void> {
  try {
    for await (const _ of every(ms, undefined, { signal })) await work();
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

async function drained(response: ServerResponse, unreadMs: number, signal: AbortSignal): Promise<void> {
  const giveUp = setTimeout(() => response.destroy(), unreadMs);
  try {
    await once(response, 'drain', { signal });
  } finally {
    clearTimeout(giveUp);
  }
}

/** JSON has no line breaks of its own, so one `data` line holds it. */
function textOf({ event, id, data }: ServerSentEvent): string {
  return `${id === undefined ? '' : `id: ${id}\n`}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
}
