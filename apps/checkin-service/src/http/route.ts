import type { Principal } from '@turnout/access/principal';
import type { Role } from '@turnout/contracts/http/tokens';
import { id } from '@turnout/contracts/primitives';
import { routeFor } from '@turnout/runtime/http/route';
import { z } from 'zod';

/** Routes of this service: handlers get the principal of a token, and `allow` lists its roles. */
export const route = routeFor<Principal, Role>();

/** Who stands at a door. */
export const desk = ['front_desk', 'supervisor', 'admin'] as const;

/** Who may look people up: a desk, and who checks it. */
export const lookers = [...desk, 'auditor'] as const;

/** Who sees lists and statistics. */
export const overseers = ['supervisor', 'admin', 'auditor'] as const;

/** The parameters of a path that names one event. */
export const oneEvent = z.object({ eventId: id });
