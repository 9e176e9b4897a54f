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
  /** Whether they are enrolled where whoever sends people may not look: they can be enrolled, and stay as they are. */
  outOfReach: boolean;
}

/** Who a sent person is: a participant with what is now known of them, one of several, or one who is out of reach. */
export type Identity =
  | { found: 'known' | 'new' | 'linked'; person: KnownPerson; by: 'email' | 'externalId' }
  | { found: 'ambiguous'; candidates: number }
  | { found: 'withheld' };

/**
 * Finds out who is meant, one after the other, so that a later person can be one who came new with an earlier. A person
 * is, in this order,
 *
 * 1. whoever has the external id that was sent;
 * 2. whoever has the e-mail address and no external id yet;
 * 3. new, if an external id was sent that nobody has;
 * 4. the only one with that e-mail address, or new if there is none. With several, the address is not enough.
 *
 * Name, e-mail address, and locale and external id if sent, are then what was sent. Somebody out of reach is only
 * linked and keeps all of it; and only by somebody who knows the address, since the answer shows who it is: external
 * ids can be tried out.
 */
export class Identifier {
  readonly #newId: () => string;
  readonly #people = new Map<string, KnownPerson>();
  readonly #byExternalId = new Map<string, string>();
  /** Nearly everybody has an address of their own, so there is a set only where it takes one. */
  readonly #byEmail = new Map<string, string | Set<string>>();
  /** Of those in `#byEmail` who has no external id: at most one. */
  readonly #byEmailAlone = new Map<string, string>();

  constructor(newId: () => string) {
    this.#newId = newId;
  }

  /** Tells of people who are stored. What was sent of one of them since goes before. */
  know(people: readonly KnownPerson[]): void {
    for (const person of people) if (!this.#people.has(person.id)) this.#add(person);
  }

  identify(sent: SentPerson): Identity {
    const match = this.#matchOf(sent);
    if (typeof match === 'number') return { found: 'ambiguous', candidates: match };
    const { by, person: before } = match;
    if (before?.outOfReach) {
      return before.emailKey === sent.emailKey
        ? { found: 'linked', person: before, by }
        : { found: 'withheld' };
    }
    const person = {
      ...sent,
      id: before?.id ?? this.#newId(),
      locale: sent.locale ?? before?.locale ?? null,
      externalId: sent.externalId ?? before?.externalId ?? null,
      outOfReach: false,
    };
    if (before) this.#remove(before);
    this.#add(person);
    return { found: before ? 'known' : 'new', person, by };
  }

  /** The number of candidates where there are too many. */
  #matchOf({
    emailKey,
    externalId,
  }: SentPerson): { by: 'email' | 'externalId'; person: KnownPerson | undefined } | number {
    const sameId = externalId === null ? undefined : this.#byExternalId.get(externalId);
    if (sameId !== undefined) return { by: 'externalId', person: this.#people.get(sameId) };
    const by = 'email';
    const withoutId = this.#byEmailAlone.get(emailKey);
    if (withoutId !== undefined) return { by, person: this.#people.get(withoutId) };
    if (externalId !== null) return { by, person: undefined };
    const sameEmail = this.#byEmail.get(emailKey) ?? '';
    if (typeof sameEmail === 'string') return { by, person: this.#people.get(sameEmail) };
    if (sameEmail.size > 1) return sameEmail.size;
    const [only = ''] = sameEmail;
    return { by, person: this.#people.get(only) };
  }

  #add(person: KnownPerson): void {
    const { id, emailKey, externalId } = person;
    this.#people.set(id, person);
    if (externalId === null) this.#byEmailAlone.set(emailKey, id);
    else this.#byExternalId.set(externalId, id);
    const sameEmail = this.#byEmail.get(emailKey);
    if (sameEmail === undefined) this.#byEmail.set(emailKey, id);
    else if (typeof sameEmail === 'string') this.#byEmail.set(emailKey, new Set([sameEmail, id]));
    else sameEmail.add(id);
  }

  #remove({ id, emailKey, externalId }: KnownPerson): void {
    const sameEmail = this.#byEmail.get(emailKey);
    if (typeof sameEmail === 'string') this.#byEmail.delete(emailKey);
    else sameEmail?.delete(id);
    if (externalId === null) this.#byEmailAlone.delete(emailKey);
    else this.#byExternalId.delete(externalId);
  }
}
