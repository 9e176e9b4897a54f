import { newId } from '@turnout/runtime/ids';
import type { Tx } from '@turnout/runtime/postgres';
import { findPeople } from './find-people.ts';
import { type Enrolled, enrolledOf, takenCodes } from './find-taken.ts';
import { Identifier, type Identity, type KnownPerson, type SentPerson } from './identify-people.ts';
import { lockKeysOf, lockPeople } from './lock-people.ts';
import { setsOf } from './sets-of.ts';

export interface NewEnrollment {
  participant: Omit<SentPerson, 'emailKey'>;
  /** Null to have one made. */
  accessCode: string | null;
  ticketType: string | null;
}

/** Why a person can't be enrolled. `by` says what they were found by. */
export type EnrollRefusal =
  | ({ code: 'already_enrolled'; by: 'email' | 'externalId' } & Enrolled)
  | { code: 'access_code_taken' }
  | { code: 'participant_ambiguous'; candidates: number }
  | { code: 'participant_outside_scope' };

/** A row that is at odds with one before it: `sameAs` is the position of that one, from 0. */
export type Repetition =
  | { code: 'repeated_person'; by: 'email' | 'externalId'; sameAs: number }
  | { code: 'repeated_access_code'; sameAs: number };

/** `position` counts from 0. */
export interface RefusedRow {
  position: number;
  refusal: EnrollRefusal | Repetition;
}

export interface Identified {
  found: 'known' | 'new' | 'linked';
  person: KnownPerson;
}

export interface RowsToJudge {
  organizationId: string;
  eventId: string;
  /** The events within reach of whoever enrolls; null for all of the organization. */
  eventIds: readonly string[] | null;
  rows: readonly NewEnrollment[];
  /** Whether people are locked until the commit; without that the judgement is a forecast. */
  held: boolean;
  /** Called as rows are done, and in between; may throw to stop. */
  onJudged?: (count: number) => void;
}

/**
 * Finds out who the rows name and what is against enrolling them, each by itself and against those before it. Reads in
 * sets, and writes nothing. `identified` has an entry for each row that is not refused.
 */
export async function judgeRows(
  tx: Tx,
  judging: RowsToJudge,
): Promise<{ identified: Identified[]; refused: RefusedRow[] }> {
  const { organizationId, eventId, eventIds, rows, held, onJudged } = judging;
  const emailKeys = await identityKeys(tx, judging);
  const identifier = new Identifier(newId);
  const asked = { emailKeys: new Set<string>(), externalIds: new Set<string>() };
  const judge = new Judge();
  for (const { start, items } of setsOf(rows)) {
    const keys = emailKeys.slice(start, start + items.length);
    const known = await findPeople(tx, {
      organizationId,
      eventIds,
      held,
      emailKeys: notYet(asked.emailKeys, keys),
      externalIds: notYet(
        asked.externalIds,
        items.flatMap(({ participant }) => participant.externalId ?? []),
      ),
    });
    identifier.know(known);
    const identities = items.map(({ participant }, index) =>
      identifier.identify({ ...participant, emailKey: keys[index] ?? participant.email }),
    );
    const enrolled = await enrolledOf(tx, eventId, identities.flatMap(storedId));
    const codes = await takenCodes(
      tx,
      eventId,
      items.flatMap(({ accessCode }) => accessCode ?? []),
    );
    for (const [index, identity] of identities.entries()) {
      const accessCode = items[index]?.accessCode ?? null;
      judge.look({ position: start + index, identity, accessCode, enrolled, codes });
    }
    onJudged?.(start + items.length);
  }
  return judge;
}

/** The addresses as the database compares them, with everybody locked if they are to be held. */
async function identityKeys(
  tx: Tx,
  {
    organizationId,
    rows,
    held,
    onJudged,
  }: Pick<RowsToJudge, 'organizationId' | 'rows' | 'held' | 'onJudged'>,
): Promise<string[]> {
  const emailKeys: string[] = [];
  const locks = new Set<number>();
  for (const { items } of setsOf(rows)) {
    const people = items.map(({ participant }) => participant);
    const keys = await lockKeysOf(tx, people);
    for (const [index, key] of keys.emailKeys.entries()) {
      const { email = '' } = people[index] ?? {};
      emailKeys.push(key === email ? email : key); // one text for both
    }
    for (const lock of keys.locks) locks.add(lock);
    onJudged?.(0);
  }
  if (held) await lockPeople(tx, organizationId, locks);
  return emailKeys;
}

/** Those of the keys that were not asked for before, each once. */
function notYet(asked: Set<string>, keys: readonly string[]): string[] {
  const fresh = [...new Set(keys)].filter((key) => !asked.has(key));
  for (const key of fresh) asked.add(key);
  return fresh;
}

function storedId(identity: Identity): string[] {
  return identity.found === 'known' || identity.found === 'linked' ? [identity.person.id] : [];
}

class Judge {
  readonly identified: Identified[] = [];
  readonly refused: RefusedRow[] = [];
  readonly #people = new Map<string, number>();
  readonly #codes = new Map<string, number>();

  look(row: {
    position: number;
    identity: Identity;
    accessCode: string | null;
    enrolled: ReadonlyMap<string, Enrolled>;
    codes: ReadonlySet<string>;
  }): void {
    const { position, identity, accessCode, enrolled, codes } = row;
    const refusals: RefusedRow['refusal'][] = [];
    const person = this.#againstPerson(position, identity, enrolled);
    if (person) refusals.push(person);
    // Of whoever is enrolled already the row goes, and its code with it.
    const goes = person?.code === 'already_enrolled' || person?.code === 'repeated_person';
    const code = goes || accessCode === null ? null : this.#againstCode(position, accessCode, codes);
    if (code) refusals.push(code);
    for (const refusal of refusals) this.refused.push({ position, refusal });
    if (refusals.length === 0 && 'person' in identity) this.identified.push(identity);
  }

  #againstPerson(
    position: number,
    identity: Identity,
    enrolled: ReadonlyMap<string, Enrolled>,
  ): RefusedRow['refusal'] | null {
    if (identity.found === 'withheld') return { code: 'participant_outside_scope' };
    if (identity.found === 'ambiguous') {
      return { code: 'participant_ambiguous', candidates: identity.candidates };
    }
    const { person, by } = identity;
    const stored = enrolled.get(person.id);
    if (stored) return { code: 'already_enrolled', by, ...stored };
    const sameAs = this.#people.get(person.id);
    if (sameAs !== undefined) return { code: 'repeated_person', by, sameAs };
    this.#people.set(person.id, position);
    return null;
  }

  #againstCode(position: number, code: string, taken: ReadonlySet<string>): RefusedRow['refusal'] | null {
    if (taken.has(code)) return { code: 'access_code_taken' };
    const sameAs = this.#codes.get(code);
    if (sameAs !== undefined) return { code: 'repeated_access_code', sameAs };
    this.#codes.set(code, position);
    return null;
  }
}
