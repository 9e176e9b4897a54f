import type { ServerResponse } from 'node:http';
import type { Answer } from './reply.ts';

/** Sends an answer whole, with its length, unless one was sent before or the client has gone. */
export function send(response: ServerResponse, { status, body, headers = {} }: Answer): void {
  if (response.headersSent || response.destroyed) return;
  const ready = 'Content-Type' in headers && (typeof body === 'string' || body instanceof Uint8Array);
  const bytes = ready || body === undefined ? body : JSON.stringify(body);
  response.statusCode = status;
  if (bytes !== undefined) {
    response.setHeader('Content-Type', 'application/json');
    response.setHeader('Content-Length', Buffer.byteLength(bytes));
  }
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  response.end(bytes);
}
