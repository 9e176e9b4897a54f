import { once } from 'node:events';
import { connect } from 'node:net';

/** Sends bytes as they are and answers all that comes back until the server closes. */
export async function rawExchange(url: string, bytes: string | Buffer): Promise<string> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  let answer = '';
  socket.on('data', (chunk: Buffer) => {
    answer += chunk.toString();
  });
  socket.write(bytes);
  await once(socket, 'close');
  return answer;
}

/** The first line, headers and JSON body of an answer. */
export function parseAnswer(answer: string): { status: number; headers: string; body: unknown } {
  const [headers = '', body = ''] = answer.split('\r\n\r\n', 2);
  return { status: Number(headers.split(' ')[1]), headers, body: body === '' ? null : JSON.parse(body) };
}
