import { type DeadLetterBody, deadLetterBody } from '@turnout/contracts/http/dead-letters';
import { listOf } from '@turnout/contracts/http/pagination';

// biome-ignore lint/suspicious/noExplicitAny: bodies are read by assertions, which say what they should be
export type Answered = { status: number; body: any };

/** The dead letters of one notifier, as the holder of a token sees them. */
export function lettersApi(url: string, token: string) {
  async function call(method: string, path: string, body?: object): Promise<Answered> {
    const response = await fetch(`${url}/v1/dead-letters${path}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        'content-type': 'application/json',
        'x-request-id': 'test-1',
      },
      ...(body && { body: JSON.stringify(body) }),
    });
    return { status: response.status, body: await response.json() };
  }
  return {
    call,
    async list(query = ''): Promise<DeadLetterBody[]> {
      const { body } = await call('GET', `?limit=200${query}`);
      return listOf(deadLetterBody).parse(body).items;
    },
    show: (id: string) => call('GET', `/${id}`),
    replay: (id: string) => call('POST', `/${id}/replay`),
    drop: (id: string, reason: string) => call('DELETE', `/${id}`, { reason }),
  };
}
