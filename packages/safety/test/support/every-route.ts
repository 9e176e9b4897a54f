import { statusRoute } from '@turnout/access/status-route';
import { routes as adminRoutes } from '@turnout/admin-service/src/http/routes.ts';
import { routes as checkinRoutes } from '@turnout/checkin-service/src/http/routes.ts';
import { routes as closureRoutes } from '@turnout/closure-service/src/http/routes.ts';
import { routes as notifierRoutes } from '@turnout/notifier/src/http/routes.ts';
import { documentRoutes } from '@turnout/runtime/http/document-routes';
import { healthRoutes } from '@turnout/runtime/http/health';
import type { Route } from '@turnout/runtime/http/route';
import type { Service } from './four-services.ts';

/** Every route, as the services have them. */
export const everyRoute: Record<Service, readonly Route<never>[]> = {
  checkin: checkinRoutes({} as never),
  closure: closureRoutes({} as never),
  admin: adminRoutes({} as never),
  notifier: notifierRoutes({} as never),
};

/** What every service has beside its own. */
const health = healthRoutes({} as never, async () => ({ ready: true, checks: {} }));
export const commonRoutes: readonly Route<never>[] = [
  ...health,
  statusRoute({} as never),
  ...documentRoutes([], {} as never),
];

/** `GET /v1/events/:eventId`, as the matrix names it. */
export function nameOf({ method, path }: Pick<Route<never>, 'method' | 'path'>): string {
  return `${method.toUpperCase()} ${path}`;
}
