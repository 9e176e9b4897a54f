import { z } from 'zod';
import { instantOut, line } from '../primitives.ts';
import { roles } from './tokens.ts';

/** JWS names of the algorithms that a provider may sign with: those whose public key can't sign. */
export const signingAlgorithms = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
] as const;
const COMMON_ALGORITHMS = ['RS256', 'PS256', 'ES256', 'EdDSA'] as const;

const LONGEST_ISSUER = 500;
const MOST_ROLES = 50;

/** As the provider names itself, to the character. Where it may be is for the service to say. */
const issuer = z
  .string()
  .regex(/^https?:\/\/[\x21-\x7e]+$/, 'must be a URL like https://login.example.org')
  .max(LONGEST_ISSUER, `must have at most ${LONGEST_ISSUER} characters`)
  .refine(isPlainUrl, 'must be a URL without a user name, a query or a fragment');

function isPlainUrl(text: string): boolean {
  if (!URL.canParse(text) || /[?#]/.test(text)) return false;
  const { username, password } = new URL(text);
  return username === '' && password === '';
}

const roleByValue = z
  .record(line(200), z.enum(roles))
  .refine((given) => Object.keys(given).length > 0, 'must give a role to at least one value')
  .refine((given) => Object.keys(given).length <= MOST_ROLES, `must have at most ${MOST_ROLES} values`)
  .meta({ minProperties: 1, maxProperties: MOST_ROLES });

export const setIdentityProviderRequest = z
  .strictObject({
    issuer,
    audience: line(255),
    /** The name of the claim, or the way to it: `realm_access.roles`. */
    rolesClaim: line(200),
    roles: roleByValue,
    algorithms: z
      .array(z.enum(signingAlgorithms))
      .min(1, 'must name at least one algorithm')
      .max(signingAlgorithms.length)
      .default([...COMMON_ALGORITHMS]),
  })
  .meta({ id: 'SetIdentityProviderRequest' });

export type SetIdentityProviderRequest = z.infer<typeof setIdentityProviderRequest>;

export const identityProviderBody = z
  .strictObject({
    issuer: z.string(),
    audience: z.string(),
    rolesClaim: z.string(),
    roles: z.record(z.string(), z.enum(roles)),
    algorithms: z.array(z.enum(signingAlgorithms)),
    changedAt: instantOut,
  })
  .meta({ id: 'IdentityProvider' });

export type IdentityProviderBody = z.infer<typeof identityProviderBody>;
