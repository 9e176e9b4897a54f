import { Agent, type IncomingHttpHeaders, request } from 'node:http';
import type { DrawnRequest } from './to-request.ts';

export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
}

const LONGEST_MS = 20_000;

/**
 * Sends requests over connections that are kept. An answer that goes on, an event stream, is left after its headers.
 */
export function openSender(connections: number) {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  return {
    send: (origin: string, drawn: Pick<DrawnRequest, 'method' | 'path' | 'headers' | 'body'>) =>
      new Promise<Answer>((resolve, reject) => {
        const { method, path, headers, body } = drawn;
        const { hostname, port } = new URL(origin);
        const sent = request(
          {
            hostname,
            port,
            agent,
            method,
            path,
            headers: { ...headers, ...(body === null ? {} : { 'Content-Length': body.length }) },
            timeout: LONGEST_MS,
          },
          (response) => {
            const answered = { status: response.statusCode ?? 0, headers: response.headers };
            if (response.headers['content-type'] === 'text/event-stream') {
              response.on('error', () => undefined).destroy();
              resolve({ ...answered, text: '' });
              return;
            }
            const chunks: Buffer[] = [];
            response.on('data', (chunk: Buffer) => chunks.push(chunk));
            response.on('end', () => resolve({ ...answered, text: Buffer.concat(chunks).toString('utf8') }));
            response.on('error', reject);
          },
        );
        sent.on('timeout', () => sent.destroy(new Error(`no answer within ${LONGEST_MS} ms`)));
        sent.on('error', reject);
        sent.end(body ?? undefined);
      }),
    [Symbol.dispose]: () => agent.destroy(),
  };
}

export type Sender = ReturnType<typeof openSender>;

/** The same request as a command, for whoever looks into a failure. */
export function asCurl({ operation, method, path, headers, body }: DrawnRequest): string {
  const options = Object.entries(headers).map(([name, value]) => `-H ${quoted(`${name}: ${value}`)}`);
  const data = body === null ? [] : [`--data-binary ${quoted(body.toString('latin1'))}`];
  return ['curl -i', '-X', method, quoted(operation.url + path), ...options, ...data].join(' ');
}

/** As bash reads it, byte for byte. */
function quoted(text: string): string {
  const plain = /^[\x20-\x7e]*$/.test(text) && !text.includes("'");
  if (plain) return `'${text}'`;
  const bytes = [...text].map((character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`);
  return `$'${bytes.join('')}'`;
}
