import { SECOND } from '@turnout/runtime/durations';

/** How a call ended: an answer, or none. `error` is in our words; nothing of what the endpoint said is kept. */
export type WebhookAnswer =
  | { statusCode: number; retryAfter: string | undefined }
  | { statusCode: null; error: string };

/**
 * - `taken`: the endpoint has taken responsibility.
 * - `gone`: it wants nothing any more.
 * - `failed`: anything else. A later try may go better.
 */
export type WebhookVerdict =
  | { outcome: 'taken' }
  | { outcome: 'gone'; error: string }
  | { outcome: 'failed'; error: string; retryAfterMs: number };

/** What an endpoint's answer means, or that there was none. */
export function judgeAnswer(answer: WebhookAnswer, now: Date): WebhookVerdict {
  if (answer.statusCode === null) return { outcome: 'failed', error: answer.error, retryAfterMs: 0 };
  const { statusCode, retryAfter } = answer;
  if (statusCode >= 200 && statusCode < 300) return { outcome: 'taken' };
  if (statusCode === 410) {
    return { outcome: 'gone', error: 'the endpoint answered 410: it is gone and was disabled' };
  }
  const redirected = statusCode >= 300 && statusCode < 400;
  const asksToWait = statusCode === 429 || statusCode === 503;
  return {
    outcome: 'failed',
    error: `the endpoint answered ${statusCode}${redirected ? ': redirects are not followed' : ''}`,
    retryAfterMs: asksToWait ? readRetryAfter(retryAfter, now) : 0,
  };
}

/** Milliseconds of a `Retry-After`: seconds or a date. 0 where there is none that can be read. */
function readRetryAfter(text: string | undefined, now: Date): number {
  if (text === undefined) return 0;
  if (/^\d{1,9}$/.test(text)) return Number(text) * SECOND;
  const at = Date.parse(text);
  return Number.isNaN(at) ? 0 : Math.max(0, at - now.getTime());
}
