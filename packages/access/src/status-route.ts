import { setTimeout as sleep } from 'node:timers/promises';
import { type ServiceStatus, serviceStatus } from '@turnout/contracts/http/status';
import type { Role } from '@turnout/contracts/http/tokens';
import type { Dependencies } from '@turnout/runtime/dependencies';
import { SECOND } from '@turnout/runtime/durations';
import { type Route, routeFor } from '@turnout/runtime/http/route';
import { readers } from './authorize.ts';
import type { Principal } from './principal.ts';

export interface StatusFacts {
  service: string;
  version: string;
  dependencies: Dependencies;
  /** The newest migration that was applied. */
  schemaVersion: () => Promise<string | null>;
}

/** It changes with a migration, so what was read last is hardly ever wrong. */
const SCHEMA_WAIT_MS = SECOND;

const route = routeFor<Principal, Role>();

/**
 * `GET /status`: what this process depends on, since when, and what is degraded. It says nothing of any organization,
 * and no address. Without PostgreSQL it answers whoever was let in within the last fifteen minutes, and tells the
 * schema that was there before.
 */
export function statusRoute({
  service,
  version,
  dependencies,
  schemaVersion,
}: StatusFacts): Route<Principal> {
  let schema: string | null = null;
  async function readSchema(): Promise<void> {
    schema = await schemaVersion().catch(() => schema);
  }
  return route({
    method: 'get',
    path: '/status',
    operationId: 'readStatus',
    summary: 'Reports the state of this process and its dependencies',
    answers: { 200: serviceStatus },
    allow: readers,
    // Whoever asks wants to know why others wait.
    urgent: true,
    believeRecent: true,
    async handle() {
      const reading = Promise.race([readSchema(), sleep(SCHEMA_WAIT_MS, undefined, { ref: false })]);
      const [{ ready, standings }] = await Promise.all([dependencies.report(), reading]);
      const body: ServiceStatus = {
        service,
        version,
        schemaVersion: schema,
        startedAt: new Date(performance.timeOrigin).toISOString(),
        uptimeSeconds: Math.floor(performance.now() / SECOND),
        ready,
        dependencies: standings.map(({ since, ...standing }) => ({
          ...standing,
          name: standing.name as ServiceStatus['dependencies'][number]['name'],
          since: since.toISOString(),
        })),
      };
      return { status: 200, body };
    },
  });
}
