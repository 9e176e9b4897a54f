import autocannon from 'autocannon';
import { median, quantile } from './statistics.ts';

export interface Load {
  url: string;
  path: string;
  token: string;
  connections: number;
  /** The body of each request; as many requests are sent. */
  bodies: readonly object[];
}

/** What a load came to. Latencies are in milliseconds, the rate is answers a second. */
export interface Measured {
  rate: number;
  p50: number;
  p99: number;
}

/**
 * Sends each body once, over so many kept connections, each of which sends the next when it has its answer.
 *
 * @throws Error when anything was not answered with success: such a run measures something else
 */
export async function putLoad({ url, path, token, connections, bodies }: Load): Promise<Measured> {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const ready = bodies.map((body) => JSON.stringify(body));
  const latencies: number[] = [];
  const statuses = new Map<number, number>();
  let next = 0;
  let lastAt = 0;
  const began = performance.now();
  const run = autocannon({
    url,
    connections,
    amount: bodies.length,
    timeout: 10,
    requests: [
      {
        setupRequest: (request) => {
          const body = ready[next % ready.length] ?? '';
          next += 1;
          return { ...request, method: 'POST', path, headers, body };
        },
      },
    ],
  });
  // Autocannon itself notices its end at the next full second, and rounds latencies to milliseconds.
  run.on('response', (_client, status, _bytes, milliseconds) => {
    latencies.push(milliseconds);
    statuses.set(status, (statuses.get(status) ?? 0) + 1);
    lastAt = performance.now();
  });
  const { errors, timeouts } = await run;
  const failed =
    errors + timeouts + [...statuses].reduce((sum, [status, n]) => sum + (status < 300 ? 0 : n), 0);
  if (failed > 0) {
    const seen = [...statuses].map(([status, n]) => `${n} × ${status}`).join(', ');
    throw new Error(`${failed} of ${bodies.length} requests to ${path} failed (${seen})`);
  }
  return {
    rate: latencies.length / ((lastAt - began) / 1000),
    p50: median(latencies),
    p99: quantile(latencies, 0.99),
  };
}
