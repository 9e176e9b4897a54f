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

/** What a token can do now. */
export const tokenStates = ['active', 'expired', 'revoked'] as const;
export type TokenState = (typeof tokenStates)[number];

/** A secret that took the place of another one. */
export const tokenRotation = z
  .strictObject({
    rotatedAt: instantOut,
    /** Null: nobody has used the new secret yet, and the old one works. */
    firstUsedAt: instantOut.nullable(),
    /** From then on the old secret works no more, unless the new one was not used by then. */
    overlapEndsAt: instantOut,
  })
  .meta({ id: 'TokenRotation' });

export const tokenBody = z
  .strictObject({
    id: z.uuid(),
    role: z.enum(roles),
    label: z.string(),
    events: z.array(z.uuid()).nullable(),
    station: z.string().nullable(),
    state: z.enum(tokenStates),
    expiresAt: instantOut.nullable(),
    revokedAt: instantOut.nullable(),
    /** To about a minute; null when it was never used, or not since uses are noted. */
    lastUsedAt: instantOut.nullable(),
    /** The latest one; null when the token has the secret that it was made with. */
    rotation: tokenRotation.nullable(),
    createdAt: instantOut,
  })
  .meta({ id: 'Token' });

export type TokenBody = z.infer<typeof tokenBody>;

/** A token with its secret, which is shown this one time. */
export const newTokenBody = tokenBody.extend({ token: z.string() }).meta({ id: 'NewToken' });

const LONGEST_OVERLAP_MINUTES = 30 * 24 * 60;

export const rotateTokenRequest = z
  .strictObject({
    overlapMinutes: z
      .int('must be a whole number of minutes')
      .min(0, 'must not be negative')
      .max(LONGEST_OVERLAP_MINUTES, `must be at most ${LONGEST_OVERLAP_MINUTES}, which is 30 days`)
      .default(60),
  })
  .meta({ id: 'RotateTokenRequest' });
