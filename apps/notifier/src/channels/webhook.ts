import { Agent as HttpAgent, type IncomingMessage, request as requestHttp } from 'node:http';
import { Agent as HttpsAgent, request as requestHttps } from 'node:https';
import type { LookupFunction } from 'node:net';
import { SECOND } from '@turnout/runtime/durations';
import { NotPublicError, publicLookup } from '@turnout/runtime/public-lookup';
import { complaintAboutUrl, type Networks } from '@turnout/runtime/public-url';
import type { WebhookAnswer } from './webhook-answer.ts';
import { reasonOf } from './webhook-failure.ts';

export interface WebhookCall {
  url: string;
  headers: Readonly<Record<string, string>>;
  body: Buffer;
}

export interface WebhookCaller extends Disposable {
  /** Posts. Never rejects, and settles within `longestCallMs`, or soon after `signal` is aborted. */
  call(call: WebhookCall, signal: AbortSignal): Promise<WebhookAnswer>;
  readonly longestCallMs: number;
}

export interface WebhookCallerOptions {
  networks: Networks;
  /** How long one call may take, from the look-up to the status of the answer. */
  timeoutMs: number;
  /** Where `networks` is `public`. */
  lookup?: LookupFunction;
}

/** Of the rest of an answer, so much and so long is waited for, to use the connection again. It is not looked at. */
const REST_BYTES = 16 * 1024;
const REST_MS = SECOND;

/** Connections nobody uses are closed before receivers commonly do. */
const IDLE_MS = 2 * SECOND;

/**
 * Calls endpoints that somebody else has chosen, and so trusts neither the URL nor what answers.
 *
 * Where only public networks may be called, the address of a URL is checked before connecting, and that of a name
 * inside the look-up whose result is connected to. Redirects are not followed, no proxy of the environment is used, an
 * answer is an answer when its status has arrived, and of its body only a little is read and nothing kept.
 */
export function openWebhookCaller({ networks, timeoutMs, lookup }: WebhookCallerOptions): WebhookCaller {
  const options = {
    keepAlive: true,
    timeout: IDLE_MS,
    ...(networks === 'public' ? { lookup: lookup ?? publicLookup() } : {}),
  };
  const http = new HttpAgent(options);
  const https = new HttpsAgent(options);

  function post({ url, headers, body }: WebhookCall, signal: AbortSignal): Promise<IncomingMessage> {
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
    // Checked again: the setting may have become stricter since the endpoint was made.
    if (complaintAboutUrl(url, networks) !== null) throw new NotPublicError();
    const target = new URL(url);
    const request = (target.protocol === 'https:' ? requestHttps : requestHttp)(target, {
      method: 'POST',
      agent: target.protocol === 'https:' ? https : http,
      headers: { 'user-agent': 'Turnout-Webhooks', ...headers, 'content-length': body.length },
      signal,
    });
    request.on('response', resolve);
    request.on('error', reject);
    request.on('close', () => reject(Object.assign(new Error('closed'), { code: 'ECONNRESET' })));
    request.end(body);
    return promise;
  }

  return {
    longestCallMs: timeoutMs,
    async call(call, stopping) {
      const late = AbortSignal.timeout(timeoutMs);
      try {
        const response = await post(call, AbortSignal.any([stopping, late]));
        discardRest(response);
        return { statusCode: response.statusCode ?? 0, retryAfter: response.headers['retry-after'] };
      } catch (error) {
        return { statusCode: null, error: late.aborted ? reasonOf({ code: 'ETIMEDOUT' }) : reasonOf(error) };
      }
    },
    [Symbol.dispose]() {
      http.destroy();
      https.destroy();
    },
  };
}

function discardRest(response: IncomingMessage): void {
  let bytes = 0;
  const timer = setTimeout(() => response.destroy(), REST_MS);
  response.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > REST_BYTES) response.destroy();
  });
  response.on('error', () => undefined);
  response.on('close', () => clearTimeout(timer));
}
