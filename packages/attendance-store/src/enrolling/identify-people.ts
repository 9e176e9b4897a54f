/** A participant as an organization sends them. */
export interface SentPerson {
  name: string;
  email: string;
  /** The address as the database compares it: in lower case. */
  emailKey: string;
  /** Null when none was sent. */
  locale: string | null;
  /** The organization's own id for the person; null when none was sent. */
  externalId: string | null;
}

/** A participant as stored. */
export interface KnownPerson extends SentPerson {
  id: string;
}

/** Who a sent person is: a participant with what is now known of them, or one of several. */
export type Identity =
  | { found: 'known' | 'new'; person: KnownPerson }
  | { found: 'ambiguous'; candidates: number };

/**
 * Finds out who is meant, one after the other, so that a later person of a batch can be one who came new with an
 * earlier. A person is, in this order,
 *
 * 1. whoever has the external id that was sent;
 * 2. whoever has the e-mail address and no external id yet;
 * 3. new, if an external id was sent that nobody has;
 * 4. the only one with that e-mail address, or new if there is none. With several, the address is not enough.
 *
 * Name, e-mail address, and locale and external id if sent, are then what was sent.
 */
export function identifyPeople(
  sent: readonly SentPerson[],
  known: readonly KnownPerson[],
  newId: () => string,
): Identity[] {
  const people = new Map(known.map((person) => [person.id, person]));
  return sent.map((person): Identity => {
    const match = matchOf(person, [...people.values()]);
    if (Array.isArray(match)) return { found: 'ambiguous', candidates: match.length };
    const merged = {
      ...person,
      id: match?.id ?? newId(),
      locale: person.locale ?? match?.locale ?? null,
      externalId: person.externalId ?? match?.externalId ?? null,
    };
    people.set(merged.id, merged);
    return { found: match ? 'known' : 'new', person: merged };
  });
}

function matchOf(
  { emailKey, externalId }: SentPerson,
  people: readonly KnownPerson[],
): KnownPerson | KnownPerson[] | null {
  const sameId = people.find((person) => externalId !== null && person.externalId === externalId);
  if (sameId) return sameId;
  const sameEmail = people.filter((person) => person.emailKey === emailKey);
  const withoutId = sameEmail.find((person) => person.externalId === null);
  if (withoutId) return withoutId;
  if (externalId !== null) return null;
  return sameEmail.length > 1 ? sameEmail : (sameEmail[0] ?? null);
}
