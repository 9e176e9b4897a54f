import { setTimeout as sleep } from 'node:timers/promises';

const LONGEST_MS = 180_000;

/** Waits until this holds; an error counts as not yet. Fails after three minutes with the last error. */
export async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  const end = performance.now() + LONGEST_MS;
  let last: unknown = 'it did not hold';
  while (performance.now() < end) {
    try {
      if (await holds()) return;
    } catch (error) {
      last = error;
    }
    await sleep(500);
  }
  throw new Error(`${what}: not within three minutes (${String(last)})`);
}

/** What this address answers within ten seconds; throws at anything but a 2xx. */
export async function get(url: string, headers: Record<string, string> = {}): Promise<Response> {
  const response = await fetch(url, { headers, signal: AbortSignal.timeout(10_000) });
  if (!response.ok) throw new Error(`${url} answered ${response.status}`);
  return response;
}

/** The same, as JSON. */
export async function getJson(url: string, headers?: Record<string, string>): Promise<unknown> {
  return await (await get(url, headers)).json();
}
