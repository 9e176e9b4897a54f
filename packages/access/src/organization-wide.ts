import type { Refusal } from '@turnout/runtime/http/reply';
import type { Principal } from './principal.ts';

const marked = new WeakSet<object>();

/** Marks a route for what belongs to the whole organization: not for a token that is limited to some events. */
export function organizationWide<Route extends object>(route: Route): Route {
  marked.add(route);
  return route;
}

/** Refuses a token that is limited to some events where the route is marked by {@link organizationWide}. */
export function refuseLimitedToken(principal: Principal, route: object): Refusal | undefined {
  if (principal.eventIds === null || !marked.has(route)) return undefined;
  return {
    problem: 'forbidden',
    detail: 'This token is limited to some events. Use one for the whole organization.',
  };
}
