import type { Statement, Tx } from '@turnout/runtime/postgres';

/**
 * People who are not there yet have no row to lock: what is locked is each e-mail address and external id. PostgreSQL
 * holds some thousand locks in all, and an import names a hundred thousand people, so they share this many locks of
 * their organization. Two strangers wait for each other now and then; whoever enrolls during a large import waits for
 * it.
 */
const LOCKS = 256;

const lockKeys: Statement = {
  name: 'lock_keys_of_people',
  text: `
    select lower(email) as email_key,
      (hashtextextended('email ' || lower(email), 0) & ${LOCKS - 1})::int as email_lock,
      (hashtextextended('external id ' || external_id, 0) & ${LOCKS - 1})::int as external_id_lock
    from unnest($1::text[], $2::text[]) with ordinality as sent (email, external_id, position)
    order by position`,
};

const lock: Statement = {
  name: 'lock_people',
  text: `
    with locked as materialized (
      select pg_advisory_xact_lock(hashtext('turnout.people ' || $1), number)
      from (select distinct number from unnest($2::int[]) as number order by number offset 0) wanted
    )
    select count(*) from locked`,
};

/** What identifies a person. */
export interface PersonKeys {
  email: string;
  externalId: string | null;
}

export interface LockKeys {
  /** The addresses as the database compares them, in the order given. */
  emailKeys: string[];
  /** What to lock them by. */
  locks: Set<number>;
}

/**
 * What to lock these people by: keys made by the database, which alone knows how it compares addresses. Locks nothing.
 */
export async function lockKeysOf(tx: Tx, people: readonly PersonKeys[]): Promise<LockKeys> {
  const rows = await tx.query<{ email_key: string; email_lock: number; external_id_lock: number | null }>(
    lockKeys,
    [people.map(({ email }) => email), people.map(({ externalId }) => externalId)],
  );
  const locks = rows.flatMap((row) =>
    row.external_id_lock === null ? [row.email_lock] : [row.email_lock, row.external_id_lock],
  );
  return { emailKeys: rows.map((row) => row.email_key), locks: new Set(locks) };
}

/**
 * Makes sure that nobody else finds, makes or changes people with these keys until the commit. All are taken by one
 * statement in one order, so that two never wait for each other.
 */
export async function lockPeople(tx: Tx, organizationId: string, locks: ReadonlySet<number>): Promise<void> {
  await tx.query(lock, [organizationId, [...locks]]);
}
