import type { Principal } from '@turnout/access/principal';
import type { Refusal } from '@turnout/runtime/http/reply';
import type { Route } from '@turnout/runtime/http/route';

const marked = new WeakSet<Route<Principal>>();

/** Marks a route that makes something for the whole organization: not for a token that is limited to some events. */
export function organizationWide(route: Route<Principal>): Route<Principal> {
  marked.add(route);
  return route;
}

export function refuseLimitedToken(principal: Principal, route: Route<Principal>): Refusal | undefined {
  if (principal.eventIds === null || !marked.has(route)) return undefined;
  return {
    problem: 'forbidden',
    detail: 'This token is limited to some events. Use one for the whole organization.',
  };
}
