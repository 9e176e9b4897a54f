import { Agent, request } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { quantile } from './statistics.ts';

/** What a steady stream of requests came to. The rate is answers a second, latencies are in milliseconds. */
export interface Steady {
  offered: number;
  rate: number;
  p50: number;
  p99: number;
}

export interface SteadyLoad {
  url: string;
  path: string;
  token: string;
  /** Requests a second, whatever becomes of those before. */
  rate: number;
  body: () => object;
}

const TICK_MS = 5;
const DEADLINE_MS = 10_000;

/**
 * Sends requests at a fixed rate until `until` settles, and waits for the answers that are still missing. Only what is
 * answered within that time counts for the rate: a service that falls behind shows as one that is slower.
 *
 * @throws Error when anything was not answered with success
 */
export async function sendSteadily(load: SteadyLoad, until: Promise<unknown>): Promise<Steady> {
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });
  const latencies: number[] = [];
  const failures: string[] = [];
  const underWay = new Set<Promise<void>>();
  let over = false;
  let inTime = 0;
  const ending = until.finally(() => {
    over = true;
  });
  ending.catch(() => undefined);
  const began = performance.now();
  let sent = 0;
  while (!over) {
    const due = Math.floor(((performance.now() - began) / 1000) * load.rate);
    for (; sent < due; sent += 1) {
      const at = performance.now();
      const answer = post(agent, load).then(
        (status) => {
          latencies.push(performance.now() - at);
          if (!over) inTime += 1;
          if (status >= 300) failures.push(String(status));
        },
        (error: unknown) => void failures.push(String(error)),
      );
      underWay.add(answer);
      void answer.finally(() => underWay.delete(answer));
    }
    await pause(TICK_MS);
  }
  const seconds = (performance.now() - began) / 1000;
  await Promise.all(underWay);
  agent.destroy();
  await ending;
  if (failures.length > 0)
    throw new Error(`${failures.length} of ${sent} steady requests failed: ${failures[0]}`);
  return {
    offered: sent / seconds,
    rate: inTime / seconds,
    p50: quantile(latencies, 0.5),
    p99: quantile(latencies, 0.99),
  };
}

async function post(agent: Agent, { url, path, token, body }: SteadyLoad): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const sending = request(`${url}${path}`, { agent, method: 'POST', headers, timeout: DEADLINE_MS });
  sending.on('response', (response) => {
    response.resume();
    response.on('end', () => resolve(response.statusCode ?? 0));
    response.on('error', reject);
  });
  sending.on('timeout', () => sending.destroy(new Error('no answer in time')));
  sending.on('error', reject);
  sending.end(JSON.stringify(body()));
  return await promise;
}
