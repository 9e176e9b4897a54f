import { z } from 'zod';
import { messageFor } from './validation-messages.ts';

/** The environment can't be used; the message names every variable and what it should be. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';
}

type Environment = Readonly<Record<string, string | undefined>>;

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
  throw new ConfigurationError(`The environment is not complete:\n${problems.join('\n')}`);
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

/** Several values separated by commas, at least one. */
export function commaSeparated(item: z.ZodType<string, string>): z.ZodType<string[]> {
  return z
    .string()
    .transform((value) => value.split(',').map((part) => part.trim()))
    .pipe(z.array(item).min(1));
}
