import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';
import { z } from 'zod';
import { messageFor } from './validation-messages.ts';

/** The environment can't be used; the message names every variable and what it should be. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';
}

/** The variables of a process, such as `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads the variables named by `schema` from `env`. A variable set to nothing counts as not set. All
 * problems are reported in one {@link ConfigurationError}, without the values, which may be secrets.
 */
export function readEnvironment<Schema extends z.ZodObject>(
  env: Environment,
  schema: Schema,
): Readonly<z.output<Schema>> {
  const values: Record<string, string> = {};
  for (const name of Object.keys(schema.shape)) {
    const value = env[name]?.trim();
    if (value) values[name] = value;
  }
  const parsed = schema.safeParse(values, {
    error: (issue) => (issue.input === undefined ? 'is not set' : messageFor(issue)),
  });
  if (parsed.success) return Object.freeze(parsed.data);
  const problems = parsed.error.issues.map((issue) => `  ${String(issue.path[0])} ${issue.message}`);
  throw new ConfigurationError(`The environment is not valid:\n${problems.join('\n')}`);
}

/** A TCP port; 0 lets the system choose. */
export const port = (): z.ZodType<number> => integer(0, 65_535);

/** A whole number written in decimal digits. */
export function integer(min: number, max: number): z.ZodType<number> {
  const message = `must be a whole number from ${min} to ${max}`;
  return z
    .string()
    .regex(/^\d{1,15}$/, message)
    .transform(Number)
    .refine((value) => value >= min && value <= max, message);
}

/** A URL with one of these schemes, such as `postgres`. */
export function url(...schemes: [string, ...string[]]): z.ZodType<string, string> {
  return z
    .string()
    .refine(
      (value) => schemes.some((scheme) => URL.canParse(value) && new URL(value).protocol === `${scheme}:`),
      `must be a URL that begins with ${schemes.map((scheme) => `${scheme}://`).join(' or ')}`,
    );
}

/** The URL of a server, or those of the nodes of one cluster, separated by commas; kept as one text. */
export function clusterUrl(...schemes: [string, ...string[]]): z.ZodType<string> {
  return commaSeparated(url(...schemes)).transform((nodes) => nodes.join(','));
}

/** Several values separated by commas, at least one. */
export function commaSeparated(item: z.ZodType<string, string>): z.ZodType<string[]> {
  return z
    .string()
    .transform((value) => value.split(',').map((part) => part.trim()))
    .pipe(z.array(item).min(1));
}

/**
 * The proxies before a service whose `X-Forwarded-For` may be believed: how many there are, or their networks
 * (`loopback, 10.0.0.0/8`). To believe all of them would let any client choose its address.
 */
export function trustedProxies(): z.ZodType<number | string[], string> {
  return z
    .string()
    .transform((value) =>
      /^\d{1,2}$/.test(value) ? Number(value) : value.split(',').map((part) => part.trim()),
    )
    .refine(
      (value) =>
        typeof value === 'number'
          ? value >= 1 && value <= 10
          : value.every((network) => NAMED_NETWORKS.includes(network) || isNetwork(network)),
      'must be the number of proxies (1 to 10) or their networks, like loopback, 10.0.0.0/8',
    );
}

const NAMED_NETWORKS = ['loopback', 'linklocal', 'uniquelocal'];

function isNetwork(text: string): boolean {
  return ipaddr.isValidCIDR(text) || isIP(text) !== 0;
}
