import type { IncomingMessage } from 'node:http';
import { promisify } from 'node:util';
import zlib from 'node:zlib';
import { SECOND } from '../durations.ts';
import type { Refusal } from './reply.ts';

/** How long the rest of a body that is too large is read and thrown away, so that its sender hears the answer. */
const DRAIN_MS = SECOND;

const inflate = promisify(zlib.gunzip);

/**
 * Reads a request's body, at most `limit` bytes on the wire and as many after inflating.
 *
 * Answers the bytes; a refusal when there are too many or they don't inflate; or `gone` when the client
 * went away before it had sent all.
 */
export async function readBody(request: IncomingMessage, limit: number): Promise<Buffer | Refusal | 'gone'> {
  const encoding = (request.headers['content-encoding'] ?? 'identity').trim().toLowerCase();
  if (encoding !== 'identity' && encoding !== 'gzip') {
    return malformed('This Content-Encoding is not supported; send gzip or none.');
  }
  const bytes = await collect(request, limit);
  if (bytes === 'too large') return tooLarge(limit);
  if (bytes === 'gone' || encoding === 'identity' || bytes.length === 0) return bytes;
  try {
    return await inflate(bytes, { maxOutputLength: limit });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') return tooLarge(limit);
    return malformed('The body is not valid gzip.');
  }
}

function collect(request: IncomingMessage, limit: number): Promise<Buffer | 'too large' | 'gone'> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let length = 0;
    let drain: NodeJS.Timeout | undefined;
    request.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length <= limit) {
        chunks.push(chunk);
        return;
      }
      chunks.length = 0;
      drain ??= setTimeout(() => resolve('too large'), DRAIN_MS);
    });
    request.on('end', () => resolve(length > limit ? 'too large' : Buffer.concat(chunks, length)));
    request.on('close', () => {
      clearTimeout(drain);
      resolve('gone');
    });
    request.on('error', () => resolve('gone'));
  });
}

function tooLarge(limit: number): Refusal {
  return { problem: 'payload_too_large', detail: `The body is larger than ${limit} bytes.` };
}

function malformed(detail: string): Refusal {
  return { problem: 'malformed_request', detail };
}
