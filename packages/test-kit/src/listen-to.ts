import { once } from 'node:events';
import { get, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';

/** The fields of one message, by name; a comment has the name ''. */
export type Message = Record<string, string>;

export interface Listener extends AsyncDisposable {
  status: number;
  headers: IncomingHttpHeaders;
  /** The next message, or `ended` when the stream is over. */
  next(): Promise<Message | 'ended'>;
}

/** Listens like an EventSource, and leaves coming back to the test. */
export async function listenTo(url: string, headers: Record<string, string> = {}): Promise<Listener> {
  const request = get(url, { headers, agent: false });
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  response.setEncoding('utf8');
  response.on('error', () => undefined);
  const messages = messagesOf(response);
  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    async next() {
      const { value, done } = await messages.next();
      return done ? 'ended' : value;
    },
    async [Symbol.asyncDispose]() {
      response.destroy();
    },
  };
}

async function* messagesOf(response: IncomingMessage): AsyncGenerator<Message> {
  let text = '';
  for await (const chunk of response) {
    text += chunk as string;
    const parts = text.split('\n\n');
    text = parts.pop() ?? '';
    for (const part of parts) yield Object.fromEntries(part.split('\n').map(fieldOf));
  }
}

function fieldOf(line: string): [string, string] {
  const colon = line.indexOf(':');
  return [line.slice(0, colon), line.slice(colon + 1).replace(/^ /, '')];
}
