/** An answer, read whole unless it goes on for ever. */
export interface Answer {
  status: number;
  headers: Record<string, string>;
  text: string;
  // biome-ignore lint/suspicious/noExplicitAny: bodies are read by assertions, which say what they should be
  body: any;
}

export interface Request {
  method: string;
  /** With the service's address. */
  url: string;
  token?: string | undefined;
  /** Sent as JSON; text and bytes are sent as they are. */
  body?: unknown;
  headers?: Record<string, string>;
}

export async function ask({ method, url, token, body, headers }: Request): Promise<Answer> {
  const raw = typeof body === 'string' || body instanceof Uint8Array;
  const response = await fetch(url, {
    method,
    redirect: 'manual',
    headers: {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: raw ? (body as string) : JSON.stringify(body) }),
  });
  const seen = Object.fromEntries(response.headers);
  if (seen['content-type'] === 'text/event-stream') {
    await response.body?.cancel();
    return { status: response.status, headers: seen, text: '', body: null };
  }
  const text = await response.text();
  const isJson = /^application\/(?:problem\+)?json/.test(seen['content-type'] ?? '');
  return { status: response.status, headers: seen, text, body: isJson ? JSON.parse(text) : null };
}

/** All there is to see of an answer, apart from what is different in every answer. */
export function visible({ status, headers, text }: Answer): object {
  const requestId = headers['x-request-id'] ?? '';
  const { date: _date, 'x-request-id': _id, ...rest } = headers;
  return { status, headers: rest, text: text.replaceAll(requestId, 'id') };
}
