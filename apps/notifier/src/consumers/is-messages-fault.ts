import { isUnavailable, sqlStateOf } from '@turnout/runtime/postgres';

/** Classes of SQLSTATE that speak about values: data exceptions, violated constraints, exceeded limits. */
const ABOUT_VALUES = new Set(['22', '23', '54']);

/**
 * Whether an error comes from what a message says, so that the same message would meet it again.
 *
 * Anything else the database can say (away, full, read-only after a failover, a password or a grant that is missing)
 * would hit every message, and must not send them all to the dead letters.
 */
export function isMessagesFault(error: unknown): boolean {
  const state = sqlStateOf(error);
  return state === null ? !isUnavailable(error) : ABOUT_VALUES.has(state.slice(0, 2));
}
