/**
 * An answer whose body is made while it is sent.
 *
 * Its first piece is asked for under the deadline of its route, so that what fails before it is refused like anything
 * else. From then on the client sets the pace: the next piece is asked for when the last one has left. A client that
 * reads nothing for half a minute is let go, and so is one that takes longer than a quarter of an hour for all of it.
 *
 * What can't be finished must not look finished. An answer that breaks off resets its connection: without its last
 * chunk no client takes it for whole, and a client of HTTP/1.0, which knows no chunks, sees an error instead of an end.
 */
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { MINUTE, SECOND } from '../durations.ts';
import type { Answer } from './reply.ts';

export interface TransferTimes {
  /** How long a client may read nothing. */
  unreadMs: number;
  /** How long all of it may take. */
  wholeMs: number;
}

export const transferTimes: TransferTimes = { unreadMs: 30 * SECOND, wholeMs: 15 * MINUTE };

type Piece = string | Uint8Array;

/** An answer whose first piece is there. */
export interface BegunAnswer {
  status: number;
  headers: Readonly<Record<string, string>>;
  first: IteratorResult<Piece>;
  rest: AsyncIterator<Piece>;
}

/** Is this an answer that {@link begin} has made? */
export function isBegun(value: object): value is BegunAnswer {
  return 'rest' in value;
}

/** Is the body of this answer one that is made while it is sent? It names its own `Content-Type`. */
export function isStreamed(answer: Answer): answer is Answer & { body: AsyncIterable<Piece> } {
  const { body } = answer;
  return typeof body === 'object' && body !== null && Symbol.asyncIterator in body;
}

/** Waits for the first piece. For HEAD nothing is asked of the body. Throws what the body throws. */
export async function begin(
  { status, headers = {}, body }: Answer & { body: AsyncIterable<Piece> },
  headOnly: boolean,
): Promise<BegunAnswer> {
  const rest = body[Symbol.asyncIterator]();
  if (!headOnly) return { status, headers, first: await rest.next(), rest };
  await rest.return?.();
  return { status, headers, first: { done: true, value: undefined }, rest };
}

/** Sends it to its end. Throws what the body throws; the connection is gone by then. */
export async function sendPieces(
  response: ServerResponse,
  { status, headers, first, rest }: BegunAnswer,
  { unreadMs, wholeMs }: TransferTimes,
): Promise<void> {
  if (response.headersSent || response.destroyed) {
    await rest.return?.();
    return;
  }
  response.statusCode = status;
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  const tooLong = setTimeout(() => breakOff(response), wholeMs);
  try {
    for (let piece = first; !piece.done && !gone.signal.aborted; piece = await rest.next()) {
      if (!response.write(piece.value)) await drained(response, unreadMs, gone.signal);
    }
    if (!gone.signal.aborted) response.end();
  } catch (error) {
    if (gone.signal.aborted) return;
    breakOff(response);
    throw error;
  } finally {
    clearTimeout(tooLong);
    await rest.return?.();
  }
}

function breakOff(response: ServerResponse): void {
  const { socket } = response;
  if (socket) socket.resetAndDestroy();
  else response.destroy();
}

async function drained(response: ServerResponse, unreadMs: number, gone: AbortSignal): Promise<void> {
  const giveUp = setTimeout(() => breakOff(response), unreadMs);
  try {
    await once(response, 'drain', { signal: gone });
  } finally {
    clearTimeout(giveUp);
  }
}
