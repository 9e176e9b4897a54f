import type { Refusal } from '@turnout/runtime/http/reply';
import type { Queryable } from '@turnout/runtime/postgres';
import { authorize } from './authorize.ts';
import { refuseLimitedToken } from './organization-wide.ts';
import type { Principal } from './principal.ts';
import { tokenAuthenticator } from './token-authenticator.ts';

interface RouteGuards {
  authenticate(authorization: string | undefined): Promise<{ principal: Principal } | Refusal>;
  authorize(
    principal: Principal,
    route: { allow: readonly string[] },
    params: Readonly<Record<string, string>>,
  ): Refusal | undefined;
}

/** What `createApp` needs so that every route asks for a token, its role, and its scope on `:eventId`. */
export function guardRoutes(db: Queryable): RouteGuards {
  const whoCalls = tokenAuthenticator(db);
  return {
    async authenticate(authorization) {
      const principal = await whoCalls(authorization);
      if (principal) return { principal };
      return {
        problem: 'unauthenticated',
        detail:
          authorization === undefined
            ? 'Send a token in the header: Authorization: Bearer tnt_….'
            : 'This token is not valid: mistyped, expired or revoked. Ask an admin of your organization for a new one.',
      };
    },
    authorize(principal, route, params) {
      switch (authorize(principal, route.allow, params.eventId)) {
        case null:
          return refuseLimitedToken(principal, route);
        case 'not_found':
          return { problem: 'not_found' };
        case 'forbidden':
          return {
            problem: 'forbidden',
            detail: `A ${principal.role} token may not do this; it takes one of: ${route.allow.join(', ')}.`,
          };
      }
    },
  };
}
