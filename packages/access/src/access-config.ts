import { commaSeparated, integer, trustedProxies, url } from '@turnout/runtime/config';
import { MINUTE, SECOND } from '@turnout/runtime/durations';
import type { Networks } from '@turnout/runtime/public-url';
import type { RateLimit } from '@turnout/runtime/rate-limit';
import { z } from 'zod';

/** How a service lets people and devices in. What is left out is as {@link defaultAccess} says. */
export interface AccessConfig {
  /** Where processes share what they have counted; null: each counts for itself. */
  redisUrl: string | null;
  /** Requests of one token, or of one person. */
  requests: RateLimit;
  /** Credentials from one address that stand for nobody. */
  failedSignIns: RateLimit;
  /** Which networks identity providers may be in. */
  providerNetworks: Networks;
  /** The proxies before the service: how many, or their networks; null for none. */
  trustProxy: number | readonly string[] | null;
}

/** Long enough to let a burst pass, short enough to wait for. */
const WINDOW = 5 * SECOND;

/** Far above what one device, or one upload, can send: a limit for what has gone wild. */
const REQUESTS_PER_SECOND = 20_000;
/**
 * Nobody guesses a secret of 256 bits; it is the database that is spared. A venue with one address has lost devices
 * too.
 */
const FAILED_SIGN_INS_PER_MINUTE = 300;

/** The variables that every service reads in addition to its own. */
export const accessEnvironment = {
  REDIS_URLS: commaSeparated(url('redis', 'rediss')).optional(),
  RATE_LIMIT_PER_SECOND: integer(1, 1_000_000).default(REQUESTS_PER_SECOND),
  FAILED_SIGN_INS_PER_MINUTE: integer(1, 1_000_000).default(FAILED_SIGN_INS_PER_MINUTE),
  IDENTITY_PROVIDER_NETWORKS: z.enum(['public', 'any']).default('public'),
  TRUST_PROXY: trustedProxies().optional(),
};

/** What those variables mean. */
export function accessConfig(read: z.output<z.ZodObject<typeof accessEnvironment>>): AccessConfig {
  return {
    redisUrl: read.REDIS_URLS?.[0] ?? null,
    requests: { most: (read.RATE_LIMIT_PER_SECOND * WINDOW) / SECOND, windowMs: WINDOW },
    failedSignIns: { most: read.FAILED_SIGN_INS_PER_MINUTE, windowMs: MINUTE },
    providerNetworks: read.IDENTITY_PROVIDER_NETWORKS,
    trustProxy: read.TRUST_PROXY ?? null,
  };
}

export const defaultAccess: AccessConfig = accessConfig(z.object(accessEnvironment).parse({}));
