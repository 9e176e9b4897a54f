import { once } from 'node:events';
import { connect } from 'node:net';

/** What came back for bytes that were sent as they are. */
export interface RawAnswer {
  status: number;
  /** As they came, each line in lower case. */
  headers: string;
  // biome-ignore lint/suspicious/noExplicitAny: bodies are read by assertions, which say what they should be
  body: any;
}

/** Sends bytes, all at once or one part after the other, and answers what comes back until the server closes. */
export async function sendRaw(url: string, ...parts: (string | Buffer)[]): Promise<RawAnswer> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  // A server that has answered need not read the rest.
  socket.on('error', () => undefined);
  for (const part of parts) socket.write(part);
  await once(socket, 'close');
  return read(Buffer.concat(chunks).toString());
}

/** The last answer of those that came: before it there may be `100 Continue`. */
function read(text: string): RawAnswer {
  const [head = '', ...rest] = text.replace(/^HTTP\/1\.1 100 [^\r]*\r\n\r\n/, '').split('\r\n\r\n');
  const body = rest.join('\r\n\r\n');
  return {
    status: Number(head.split(' ')[1]),
    headers: head.toLowerCase(),
    body:
      /^content-type: application\/(problem\+)?json$/im.test(head) && body !== '' ? JSON.parse(body) : body,
  };
}
