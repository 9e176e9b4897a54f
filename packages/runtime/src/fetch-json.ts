import { Agent as HttpAgent, type IncomingMessage, request as requestHttp } from 'node:http';
import { Agent as HttpsAgent, request as requestHttps } from 'node:https';
import type { LookupFunction } from 'node:net';
import { NotPublicError, publicLookup } from './public-lookup.ts';
import { complaintAboutUrl, type Networks } from './public-url.ts';

export interface JsonFetcher extends Disposable {
  /** GETs a JSON document. Throws when there is none at that very URL, it is too large, or it took too long. */
  fetch(url: string): Promise<unknown>;
}

export interface JsonFetcherOptions {
  networks: Networks;
  timeoutMs: number;
  /** Of the document, at most. */
  maxBytes: number;
  /** Where `networks` is `public`. */
  lookup?: LookupFunction;
}

/**
 * Reads documents from where somebody else says they are, and so trusts neither the URL nor what answers: where only
 * public networks may be called, the address is checked as it is connected to; redirects are not followed, and no proxy
 * of the environment is used.
 */
export function openJsonFetcher(options: JsonFetcherOptions): JsonFetcher {
  const { networks, timeoutMs, maxBytes, lookup } = options;
  const connecting = networks === 'public' ? { lookup: lookup ?? publicLookup() } : {};
  const http = new HttpAgent(connecting);
  const https = new HttpsAgent(connecting);
  return {
    async fetch(url) {
      if (!URL.canParse(url)) throw new Error('this is not a URL');
      const target = new URL(url);
      if (!['http:', 'https:'].includes(target.protocol)) throw new NotPublicError();
      if (complaintAboutUrl(url, networks) !== null) throw new NotPublicError();
      const signal = AbortSignal.timeout(timeoutMs);
      const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
      const secure = target.protocol === 'https:';
      const request = (secure ? requestHttps : requestHttp)(target, {
        agent: secure ? https : http,
        headers: { accept: 'application/json', 'user-agent': 'Turnout' },
        signal,
      });
      request.on('response', resolve);
      request.on('error', reject);
      request.end();
      const response = await promise;
      try {
        if (response.statusCode !== 200) throw new Error(`answered ${response.statusCode}`);
        return JSON.parse((await read(response, maxBytes)).toString('utf8')) as unknown;
      } finally {
        response.destroy();
      }
    },
    [Symbol.dispose]() {
      http.destroy();
      https.destroy();
    },
  };
}

async function read(response: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > maxBytes) throw new Error(`the document has more than ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
