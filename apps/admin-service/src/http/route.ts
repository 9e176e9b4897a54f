import type { Principal } from '@turnout/access/principal';
import { reportMediaTypes } from '@turnout/contracts/http/reports';
import type { Role } from '@turnout/contracts/http/tokens';
import { routeFor } from '@turnout/runtime/http/route';

/** Routes of this service: handlers get the principal of a token, and `allow` lists its roles. */
export const route = routeFor<Principal, Role>();

export const writers = ['admin'] as const;
export const readers = ['admin', 'auditor'] as const;

/** What a report can be had as, beside JSON. */
export const files: readonly string[] = [reportMediaTypes.csv, reportMediaTypes.xlsx];
