import type { Principal } from '@turnout/access/principal';
import { reportMediaTypes } from '@turnout/contracts/http/reports';
import type { Role } from '@turnout/contracts/http/tokens';
import { id } from '@turnout/contracts/primitives';
import { routeFor } from '@turnout/runtime/http/route';
import { z } from 'zod';

/** Routes of this service: handlers get the principal of a token, and `allow` lists its roles. */
export const route = routeFor<Principal, Role>();

export const writers = ['admin'] as const;

/** What a report can be had as, beside JSON. */
export const files: readonly string[] = [reportMediaTypes.csv, reportMediaTypes.xlsx];

/** The parameters of a path that names one event, or one enrollment of it. */
export const oneEvent = z.object({ eventId: id });
export const oneEnrollment = z.object({ eventId: id, enrollmentId: id });
