import type { Queryable } from '@turnout/runtime/postgres';

/** Something that must never be otherwise in the database, and how to find where it is. */
export interface Invariant {
  /** A sentence that is true of a healthy database. */
  name: string;
  /** The rows for which it is not, at most {@link OFFENDERS_SHOWN}. */
  findOffenders: (db: Queryable) => Promise<object[]>;
}

export const OFFENDERS_SHOWN = 50;
