/**
 * Finds what zod lets pass and a database could not keep as it was sent: PostgreSQL has no NUL in text, a
 * lone surrogate has no UTF-8, and a property named `__proto__` gets lost when objects are copied.
 */
import { fieldPath } from './field-path.ts';
import type { FieldError } from './reply.ts';

const NUL = '\u0000';

/** The places in `value`, at any depth, that hold such text or such a name. */
export function findUnstorableText(value: unknown): FieldError[] {
  const errors: FieldError[] = [];
  walk(value, [], errors);
  return errors;
}

function walk(value: unknown, path: PropertyKey[], errors: FieldError[]): void {
  if (typeof value === 'string') {
    const complaint = complaintAbout(value);
    if (complaint !== undefined) errors.push({ path: fieldPath(path), message: complaint });
    return;
  }
  if (typeof value !== 'object' || value === null) return;
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) within(index, item, path, errors);
    return;
  }
  for (const name of Object.keys(value)) {
    const inside = [...path, name];
    if (name === '__proto__') {
      errors.push({ path: fieldPath(inside), message: 'is not known; remove it' });
    } else if (complaintAbout(name) !== undefined) {
      errors.push({ path: fieldPath(inside), message: `has a name that ${complaintAbout(name)}` });
    }
    within(name, (value as Record<string, unknown>)[name], path, errors);
  }
}

function within(key: PropertyKey, value: unknown, path: PropertyKey[], errors: FieldError[]): void {
  path.push(key);
  walk(value, path, errors);
  path.pop();
}

function complaintAbout(text: string): string | undefined {
  if (text.includes(NUL)) return 'must not contain the character NUL';
  if (!text.isWellFormed()) return 'must be well-formed Unicode; it has half of a surrogate pair';
  return undefined;
}
