import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { newId } from '../ids.ts';
import { inTrace } from '../trace-context.ts';
import type { AppState } from './app-state.ts';
import { countUnreadable } from './request-metrics.ts';

type Answering = Pick<AppState, 'problem' | 'logger'>;

/** What Node's HTTP parser refuses never reaches the application; its sender still gets a problem document. */
export function answerParserError(error: NodeJS.ErrnoException, socket: Duplex, answering: Answering): void {
  if (!socket.writable || error.code === 'ECONNRESET') socket.destroy();
  else answerAndClose(socket, complaintOf(error.code), answering);
}

/** CONNECT asks for a connection to somewhere else, which Node leaves to whoever listens for it. */
export function refuseConnect(socket: Duplex, answering: Answering): void {
  socket.on('error', () => socket.destroy());
  answerAndClose(socket, { code: 'method_not_allowed', detail: 'This is not a proxy.' }, answering);
}

function answerAndClose(socket: Duplex, { code, detail }: Complaint, { problem, logger }: Answering): void {
  const requestId = newId();
  const { status, body } = problem(code, { detail, requestId });
  countUnreadable(code);
  // The line that any other request has, with what is known of this one; in a trace of its own.
  const line = { requestId, method: null, route: null, status, problem: code };
  inTrace({}, () => logger.info(line, 'request'));
  const text = JSON.stringify(body);
  socket.end(
    [
      `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
      'Content-Type: application/problem+json',
      `Content-Length: ${Buffer.byteLength(text)}`,
      `X-Request-Id: ${requestId}`,
      'X-Content-Type-Options: nosniff',
      'Cache-Control: no-store',
      // Of an address that takes no method at all, the list of those that it takes is empty.
      ...(status === 405 ? ['Allow: '] : []),
      'Connection: close',
      '',
      text,
    ].join('\r\n'),
  );
}

interface Complaint {
  code: string;
  detail: string;
}

function complaintOf(code: string | undefined): Complaint {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return { code: 'headers_too_large', detail: 'The headers of the request are larger than 16 kB.' };
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return { code: 'request_timeout', detail: 'The request did not arrive in time.' };
    default:
      return { code: 'malformed_request', detail: 'This is not an HTTP/1.1 request.' };
  }
}
