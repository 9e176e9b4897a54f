import { z } from 'zod';
import { id, instant, instantOut, line } from '../primitives.ts';

export const roles = ['front_desk', 'supervisor', 'admin', 'auditor'] as const;
export type Role = (typeof roles)[number];

export const createTokenRequest = z
  .strictObject({
    role: z.enum(roles),
    label: line(100),
    events: z
      .array(id)
      .min(1, 'name at least one event, or leave events out')
      .max(200, 'name at most 200 events')
      .optional(),
    station: line(100).optional(),
    expiresAt: instant.optional(),
  })
  .meta({ id: 'CreateTokenRequest' });

export type CreateTokenRequest = z.infer<typeof createTokenRequest>;

export const tokenBody = z
  .strictObject({
    id: z.uuid(),
    role: z.enum(roles),
    label: z.string(),
    events: z.array(z.uuid()).nullable(),
    station: z.string().nullable(),
    expiresAt: instantOut.nullable(),
    revokedAt: instantOut.nullable(),
    createdAt: instantOut,
  })
  .meta({ id: 'Token' });

/** A new token, and the only time it is shown. */
export const createdToken = tokenBody
  .extend({ token: z.string().regex(/^tnt_[A-Za-z0-9_]+$/) })
  .meta({ id: 'CreatedToken' });

export type TokenBody = z.infer<typeof tokenBody>;
