import { z } from 'zod';

/** `limit` and `cursor` of every list route, to be spread into a query schema. */
export const page = {
  limit: z
    .string()
    .regex(/^[1-9]\d{0,2}$/, 'must be a whole number from 1 to 200')
    .refine((limit) => Number(limit) <= 200, 'must be a whole number from 1 to 200')
    .meta({ type: 'integer', minimum: 1, maximum: 200, pattern: undefined })
    .transform(Number)
    .default(50),
  cursor: z.string().max(1_000).optional(),
};

/** The answer of a list route: a page, and the cursor of the next one or null. */
export function listOf<Item extends z.ZodType>(item: Item) {
  return z.strictObject({ items: z.array(item), nextCursor: z.string().nullable() });
}

/**
 * A cursor for one list of one organization, holding the sort key of the last item handed out.
 * Anything that belongs to another list or organization, or was not made here, reads as null.
 */
export function writeCursor(list: string, organizationId: string, key: readonly string[]): string {
  return Buffer.from(JSON.stringify([list, organizationId, ...key])).toString('base64url');
}

/**
 * The sort key in a cursor made by {@link writeCursor}, or null when it is not one of this list and organization.
 * A cursor comes from outside: `key` says what its parts must look like, such as `z.tuple([z.iso.datetime(), uuid])`.
 */
export function readCursor<Key extends readonly string[]>(
  cursor: string,
  list: string,
  organizationId: string,
  key: z.ZodType<Key>,
): Key | null {
  try {
    const bytes = Buffer.from(cursor, 'base64url');
    // What decodes is not all that was sent: characters that mean nothing are skipped.
    if (bytes.toString('base64url') !== cursor) return null;
    const parts: unknown = JSON.parse(bytes.toString('utf8'));
    if (!Array.isArray(parts) || parts[0] !== list || parts[1] !== organizationId) return null;
    return key.safeParse(parts.slice(2)).data ?? null;
  } catch {
    return null;
  }
}
