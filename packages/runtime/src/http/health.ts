import { z } from 'zod';
import { readMetrics } from '../metrics.ts';
import { watchProcess } from '../process-metrics.ts';
import type { AppState } from './app-state.ts';
import { type Route, route } from './route.ts';

const METRICS_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

export interface Readiness {
  ready: boolean;
  /** Each thing looked at and what was found, such as `{ postgres: 'ok' }`; no addresses, no errors' text. */
  checks: Record<string, string>;
}

/**
 * `GET /livez`, the process; `GET /readyz`, whether it can do its main function; `GET /metrics`, for Prometheus.
 * Without a token: they say nothing about anybody.
 */
export function healthRoutes(state: AppState, readiness: () => Promise<Readiness>): Route<unknown>[] {
  watchProcess();
  return [
    route({
      method: 'get',
      path: '/metrics',
      allow: [],
      urgent: true,
      summary: 'Exposes the metrics of this process to Prometheus',
      answers: { 200: { mediaTypes: [METRICS_TYPE] } },
      handle: async () => ({
        status: 200,
        headers: { 'Content-Type': METRICS_TYPE },
        body: await readMetrics(),
      }),
    }),
    route({
      method: 'get',
      path: '/livez',
      summary: 'Reports that the process is alive',
      answers: { 200: z.strictObject({ alive: z.literal(true) }) },
      allow: [],
      urgent: true,
      handle: async () => ({ status: 200, body: { alive: true } }),
    }),
    route({
      method: 'get',
      path: '/readyz',
      summary: 'Reports whether the service can perform its main function',
      answers: { 200: z.strictObject({ ready: z.literal(true), checks: z.record(z.string(), z.string()) }) },
      allow: [],
      urgent: true,
      async handle() {
        const found = state.draining ? { ready: false, checks: { process: 'stopping' } } : await readiness();
        if (found.ready) return { status: 200, body: found };
        return {
          problem: 'unavailable',
          detail: 'Not ready for requests right now; "checks" says why.',
          extra: { ...found },
          headers: { 'Retry-After': '1' },
        };
      },
    }),
  ];
}
