import { z } from 'zod';
import type { AppState } from './app-state.ts';
import { type Route, route } from './route.ts';

export interface Readiness {
  ready: boolean;
  /** Each thing looked at and what was found, such as `{ postgres: 'ok' }`; no addresses, no errors' text. */
  checks: Record<string, string>;
}

/** `GET /livez`, the process, and `GET /readyz`, whether it can do its main function. */
export function healthRoutes(state: AppState, readiness: () => Promise<Readiness>): Route<unknown>[] {
  return [
    route({
      method: 'get',
      path: '/livez',
      summary: 'Says that the process is alive',
      answers: { 200: z.strictObject({ alive: z.literal(true) }) },
      allow: [],
      handle: async () => ({ status: 200, body: { alive: true } }),
    }),
    route({
      method: 'get',
      path: '/readyz',
      summary: 'Says whether the service can do its main function',
      answers: { 200: z.strictObject({ ready: z.literal(true), checks: z.record(z.string(), z.string()) }) },
      allow: [],
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
