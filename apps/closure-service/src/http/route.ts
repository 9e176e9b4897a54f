import type { Principal } from '@turnout/access/principal';
import type { Role } from '@turnout/contracts/http/tokens';
import { routeFor } from '@turnout/runtime/http/route';
import type { Db } from '@turnout/runtime/postgres';
import type { Background } from '../background.ts';
import type { Closure } from '../closure.ts';

/** Routes of this service: handlers get the principal of a token, and `allow` lists its roles. */
export const route = routeFor<Principal, Role>();

/** What handlers work with. */
export interface ClosureContext {
  db: Db;
  closure: Closure;
  background: Background;
}
