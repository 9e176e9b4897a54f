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

const route = routeFor<Principal, Role>();

/**
 * `GET /status`: what this process depends on, since when, and what is degraded. It says nothing of any organization, and
 * no address. Without PostgreSQL nobody can say who asks, and `/readyz` is what is left.
 */
export function statusRoute({
  service,
  version,
  dependencies,
  schemaVersion,
}: StatusFacts): Route<Principal> {
  return route({
    method: 'get',
    path: '/status',
    operationId: 'readStatus',
    summary: 'Reports the state of this process and its dependencies',
    answers: { 200: serviceStatus },
    allow: readers,
    // Whoever asks wants to know why others wait.
    urgent: true,
    async handle() {
      const [{ ready }, standings, schema] = await Promise.all([
        dependencies.readiness(),
        dependencies.standings(),
        schemaVersion().catch(() => null),
      ]);
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
