import { createHash } from 'node:crypto';

/** Stands for the filters in a cursor: a page of other filters would not go on where this one ended. */
export function digest(filters: object): string {
  return createHash('sha256').update(JSON.stringify(filters)).digest('base64url').slice(0, 16);
}
