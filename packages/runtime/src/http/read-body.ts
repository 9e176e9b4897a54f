import type { IncomingMessage } from 'node:http';
import { promisify } from 'node:util';
import zlib from 'node:zlib';
import { SECOND } from '../durations.ts';
import { FREE_BYTES, type Room } from './large-bodies.ts';
import { turnAway } from './overload.ts';
import type { Refusal } from './reply.ts';

/** How long the rest of a body that is too large is read and thrown away, so that its sender hears the answer. */
const DRAIN_MS = SECOND;

const inflate = promisify(zlib.gunzip);

/**
 * Reads a request's body, at most `limit` bytes on the wire and as many after inflating. Of a larger body than any
 * request may bring no more is read, and nothing inflated, before there is `room` for it.
 *
 * Answers the bytes; a refusal when there are too many, when they don't inflate, come too slowly or find no room; or
 * `gone` when the client went away before it had sent all.
 */
export async function readBody(
  request: IncomingMessage,
  limit: number,
  room: Room | null,
): Promise<Buffer | Refusal | 'gone'> {
  const encoding = (request.headers['content-encoding'] ?? 'identity').trim().toLowerCase();
  if (encoding !== 'identity' && encoding !== 'gzip') {
    return malformed('This Content-Encoding is not supported; send gzip or none.');
  }
  const bytes = await collect(request, limit, room);
  if (bytes === 'too large') return tooLarge(limit);
  if (bytes === 'too slow') return tooSlow;
  if (bytes === 'no room') return await turnAway();
  if (bytes === 'gone' || encoding === 'identity' || bytes.length === 0) return bytes;
  const small = room === null ? limit : FREE_BYTES;
  const inflated = await inflateUpTo(bytes, small);
  if (inflated !== 'too large') return inflated;
  if (room === null) return tooLarge(limit);
  if (!(await room.enter('reading'))) return await turnAway();
  const large = await inflateUpTo(bytes, limit);
  return large === 'too large' ? tooLarge(limit) : large;
}

async function inflateUpTo(bytes: Buffer, limit: number): Promise<Buffer | Refusal | 'too large'> {
  try {
    return await inflate(bytes, { maxOutputLength: limit });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') return 'too large';
    return malformed('The body is not valid gzip.');
  }
}

type Collected = Buffer | 'too large' | 'too slow' | 'no room' | 'gone';

function collect(request: IncomingMessage, limit: number, room: Room | null): Promise<Collected> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let length = 0;
    let drain: NodeJS.Timeout | undefined;
    let arrival: NodeJS.Timeout | undefined;
    let entering = false;
    /** What comes after this is thrown away. */
    function refuse(because: 'too slow' | 'no room') {
      request.off('data', keep);
      chunks.length = 0;
      request.resume();
      resolve(because);
    }
    async function enter(into: Room) {
      request.pause();
      if (!(await into.enter('reading'))) {
        refuse('no room');
        return;
      }
      arrival = setTimeout(refuse, into.arrivalMs, 'too slow');
      request.resume();
    }
    function keep(chunk: Buffer) {
      length += chunk.length;
      if (length <= limit) {
        chunks.push(chunk);
        if (length <= FREE_BYTES || entering || room === null) return;
        entering = true;
        void enter(room);
        return;
      }
      chunks.length = 0;
      drain ??= setTimeout(() => resolve('too large'), DRAIN_MS);
    }
    request.on('data', keep);
    request.on('end', () => {
      clearTimeout(arrival);
      resolve(length > limit ? 'too large' : Buffer.concat(chunks, length));
    });
    request.on('close', () => {
      clearTimeout(drain);
      clearTimeout(arrival);
      resolve('gone');
    });
    request.on('error', () => resolve('gone'));
  });
}

const tooSlow: Refusal = {
  problem: 'request_timeout',
  detail: 'The rest of a large body took too long to arrive. Send less at once, or gzip it.',
};

function tooLarge(limit: number): Refusal {
  return { problem: 'payload_too_large', detail: `The body is larger than ${limit} bytes.` };
}

function malformed(detail: string): Refusal {
  return { problem: 'malformed_request', detail };
}
