import type { Instance } from '../stack/instance.ts';
import type { Traffic } from './traffic.ts';

export interface Request {
  method: 'POST';
  path: string;
  token: string;
  body: object;
  requestId: string;
  /** Hang up after so many milliseconds, as a phone does that loses its network. */
  hangUpAfterMs?: number;
}

export type Reply =
  | { kind: 'answered'; status: number; text: string; replayed: boolean }
  /** The connection was refused: nobody can have acted on it. */
  | { kind: 'not sent' }
  | { kind: 'unknown' };

/** Longer than any answer may take. */
const PATIENCE_MS = 5_000;

/** Makes one request of one instance and notes how it went. Never rejects. */
export async function call(traffic: Traffic, instance: Instance, request: Request): Promise<Reply> {
  const { method, path, token, body, requestId, hangUpAfterMs } = request;
  const patience = AbortSignal.timeout(PATIENCE_MS);
  const phone = new AbortController();
  const hangUp = hangUpAfterMs === undefined ? undefined : setTimeout(() => phone.abort(), hangUpAfterMs);
  const from = performance.now();
  const note = (outcome: Parameters<Traffic['record']>[0]['outcome'], status = 0) =>
    traffic.record({ instance, what: `${method} ${path}`, from, to: performance.now(), outcome, status });
  try {
    const response = await fetch(instance.url + path, {
      method,
      headers: {
        Authorization: `Bearer ${token}`,
        'Content-Type': 'application/json',
        'X-Request-Id': requestId,
      },
      body: JSON.stringify(body),
      signal: AbortSignal.any([patience, phone.signal]),
    });
    const text = await response.text();
    note('answered', response.status);
    const replayed = response.headers.get('Idempotent-Replayed') === 'true';
    return { kind: 'answered', status: response.status, text, replayed };
  } catch (error) {
    if (wasRefused(error)) {
      note('not sent');
      return { kind: 'not sent' };
    }
    if (phone.signal.aborted) note('hung up');
    else note(patience.aborted ? 'no answer' : 'lost');
    return { kind: 'unknown' };
  } finally {
    clearTimeout(hangUp);
  }
}

function wasRefused(error: unknown): boolean {
  const { code } = ((error as Error).cause ?? {}) as { code?: unknown };
  return code === 'ECONNREFUSED';
}
