import type { Principal } from '@turnout/access/principal';
import type { Role } from '@turnout/contracts/http/tokens';
import { routeFor } from '@turnout/runtime/http/route';

/** Routes of this service: handlers get the principal of a token, and `allow` lists its roles. */
export const route = routeFor<Principal, Role>();
