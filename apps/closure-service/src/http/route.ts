import type { Principal } from '@turnout/access/principal';
import type { Role } from '@turnout/contracts/http/tokens';
import { id } from '@turnout/contracts/primitives';
import { routeFor } from '@turnout/runtime/http/route';
import type { Db } from '@turnout/runtime/postgres';
import { z } from 'zod';
import type { Background } from '../background.ts';
import type { Closure } from '../closure.ts';

/** Routes of this service: handlers get the principal of a token, and `allow` lists its roles. */
export const route = routeFor<Principal, Role>();

/** The parameters of a path that names one event. */
export const oneEvent = z.object({ eventId: id });

/** What handlers work with. */
export interface ClosureContext {
  db: Db;
  closure: Closure;
  background: Background;
}
