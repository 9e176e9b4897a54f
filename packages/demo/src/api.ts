import { setTimeout as pause } from 'node:timers/promises';

/** One service as one client sees it: a base address and a token. */
export interface Api {
  get(path: string): Promise<Answer>;
  post(path: string, body?: object): Promise<Answer>;
  delete(path: string): Promise<Answer>;
}

export interface Answer {
  /** `POST /v1/events`, to say what was answered unexpectedly. */
  asked: string;
  status: number;
  body: unknown;
  /** Whether this is the stored first answer to a repeated scan. */
  replayed: boolean;
}

interface Schema<T> {
  parse(value: unknown): T;
}

const PATIENCE_MS = 10_000;
const TRIES = 4;

/**
 * A client of one service with one token. What is temporarily unavailable is asked for again, after a second each time.
 */
export function openApi(baseUrl: string, token: string): Api {
  const call = async (method: string, path: string, body?: object) => {
    for (let tries = 1; ; tries += 1) {
      const answer = await request(baseUrl, token, method, path, body);
      // "Temporarily unavailable, try again after a second": so does any client.
      if (answer.status !== 503 || tries === TRIES) return answer;
      await pause(1_000);
    }
  };
  return {
    get: (path) => call('GET', path),
    post: (path, body) => call('POST', path, body),
    delete: (path) => call('DELETE', path),
  };
}

/** What was answered, checked against the contract. Throws a sentence when it is something else. */
export function read<T>(answer: Answer, status: number, schema: Schema<T>): T {
  must(answer, status);
  try {
    return schema.parse(answer.body);
  } catch (error) {
    throw new Error(`${answer.asked} answered what the contract does not have: ${String(error)}`, {
      cause: error,
    });
  }
}

/** Throws a sentence when the answer has another status. */
export function must(answer: Answer, status: number): void {
  if (answer.status === status) return;
  const body = JSON.stringify(answer.body)?.slice(0, 500);
  throw new Error(`${answer.asked} answered ${answer.status} instead of ${status}: ${body}`);
}

/** The code of a problem answer, or null for any other. */
export function problemCode({ status, body }: Answer): string | null {
  return status >= 400 ? String((body as { code?: unknown } | null)?.code) : null;
}

async function request(
  baseUrl: string,
  token: string,
  method: string,
  path: string,
  body?: object,
): Promise<Answer> {
  const asked = `${method} ${path}`;
  try {
    const response = await fetch(baseUrl + path, {
      method,
      headers: {
        Authorization: `Bearer ${token}`,
        ...(body && { 'Content-Type': 'application/json' }),
      },
      ...(body && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    const text = await response.text();
    return {
      asked,
      status: response.status,
      body: text === '' ? null : JSON.parse(text),
      replayed: response.headers.get('Idempotent-Replayed') === 'true',
    };
  } catch (error) {
    throw new Error(`${asked} at ${baseUrl} got no answer: ${String(error)}`, { cause: error });
  }
}
