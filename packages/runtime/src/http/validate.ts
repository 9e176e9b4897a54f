import type { z } from 'zod';
import { messageFor } from '../validation-messages.ts';
import { fieldPath } from './field-path.ts';
import type { FieldError } from './reply.ts';
import { findUnstorableText } from './unstorable-text.ts';

/** More would help nobody, and would let a small request cause a large answer. */
const MOST_ERRORS = 100;

export type Validated<Value> = { value: Value; errors?: never } | { value?: never; errors: FieldError[] };

/**
 * Checks a value from outside against a schema, and its text for what can't be stored.
 *
 * Answers what the schema makes of it, or everything that is wrong with it (the first hundred things).
 */
export function validate<Schema extends z.ZodType>(
  schema: Schema,
  input: unknown,
  { checkText = true }: { checkText?: boolean } = {},
): Validated<z.output<Schema>> {
  const unstorable = checkText ? findUnstorableText(input) : [];
  const parsed = schema.safeParse(input, { error: messageFor });
  if (parsed.success && unstorable.length === 0) return { value: parsed.data };
  const invalid = parsed.success ? [] : parsed.error.issues.flatMap((issue) => fieldErrors(issue, []));
  return { errors: firstOfEachPath([...unstorable, ...invalid]).slice(0, MOST_ERRORS) };
}

function fieldErrors(issue: z.core.$ZodIssue, parent: readonly PropertyKey[]): FieldError[] {
  const path = [...parent, ...issue.path];
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({ path: fieldPath([...path, key]), message: issue.message }));
  }
  if (issue.code === 'invalid_union' && issue.errors.length > 0) {
    // The form that comes closest tells most about what was meant.
    const closest = issue.errors.reduce((best, other) => (other.length < best.length ? other : best));
    return closest.flatMap((inner) => fieldErrors(inner, path));
  }
  return [{ path: fieldPath(path), message: issue.message }];
}

function firstOfEachPath(errors: readonly FieldError[]): FieldError[] {
  const first = new Map<string, FieldError>();
  for (const error of errors) if (!first.has(error.path)) first.set(error.path, error);
  return [...first.values()];
}
