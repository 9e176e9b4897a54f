import type { Status } from '@turnout/attendance/enrollment';
import { newId } from '@turnout/runtime/ids';
import { type Db, isRetryable, isUniqueViolation, type Tx } from '@turnout/runtime/postgres';
import type { EnrollmentRecord } from '../reading/records.ts';
import type { ChangeContext } from '../stored.ts';
import { findTaken, type Taken } from './find-taken.ts';
import { type Identity, identifyPeople, type KnownPerson, type SentPerson } from './identify-people.ts';
import { insertEnrollments } from './insert-enrollments.ts';
import { lockEvent } from './lock-event.ts';
import { lockPeople } from './lock-people.ts';
import { newAccessCode } from './new-access-code.ts';
import { insertPeople, updatePeople } from './save-people.ts';

export interface NewEnrollment {
  participant: Omit<SentPerson, 'emailKey'>;
  /** Null to have one made. */
  accessCode: string | null;
  ticketType: string | null;
}

export type EnrollRefusal =
  | { code: 'already_enrolled'; enrollmentId: string; status: Status }
  | { code: 'access_code_taken' }
  | { code: 'participant_ambiguous'; candidates: number };

export type Enrolled =
  | { outcome: 'enrolled'; enrollments: EnrollmentRecord[] }
  | { outcome: 'event_cancelled'; cancelledAt: Date }
  /** Nothing was written. `position` counts from 0; a row is refused for the first reason that applies. */
  | { outcome: 'refused'; refusals: { position: number; refusal: EnrollRefusal }[] };

const ATTEMPTS = 5;

/**
 * Enrolls people in an event, all or none: makes or updates the participants, and writes enrollments and the first row
 * of each audit trail, one statement per table. Answers null when the organization has no such event.
 *
 * May run more than once, when another transaction took an access code in the same instant.
 */
export async function enrollParticipants(
  db: Db,
  event: { organizationId: string; eventId: string },
  sent: readonly NewEnrollment[],
  context: ChangeContext,
): Promise<Enrolled | null> {
  const rows = sent.map((row) => ({ ...row, id: newId(), accessCode: row.accessCode ?? newAccessCode() }));
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await db.transaction((tx) => enrollOnce(tx, event, rows, context));
    } catch (error) {
      if (!(isRetryable(error) || isUniqueViolation(error)) || attempt === ATTEMPTS) throw error;
    }
  }
}

type Row = NewEnrollment & { id: string; accessCode: string };

async function enrollOnce(
  tx: Tx,
  event: { organizationId: string; eventId: string },
  rows: readonly Row[],
  context: ChangeContext,
): Promise<Enrolled | null> {
  const { organizationId, eventId } = event;
  const open = await lockEvent(tx, organizationId, eventId);
  if (!open) return null;
  if (open.cancelledAt) return { outcome: 'event_cancelled', cancelledAt: open.cancelledAt };

  const people = rows.map(({ participant }) => participant);
  const { emailKeys, known } = await lockPeople(tx, organizationId, people);
  const identities = identifyPeople(
    people.map((person, index) => ({ ...person, emailKey: emailKeys[index] ?? person.email })),
    known,
    newId,
  );
  const taken = await findTaken(
    tx,
    eventId,
    known.map(({ id }) => id),
    rows.map(({ accessCode }) => accessCode),
  );
  const { accepted, refusals } = judge(rows, identities, taken);
  if (refusals.length > 0) return { outcome: 'refused', refusals };

  await insertPeople(tx, organizationId, peopleOf(accepted, 'new'));
  await updatePeople(tx, organizationId, peopleOf(accepted, 'known'));
  const toInsert = accepted.map(({ row, person }) => ({
    id: row.id,
    accessCode: row.accessCode,
    ticketType: row.ticketType,
    participant: participantOf(person),
  }));
  return {
    outcome: 'enrolled',
    enrollments: await insertEnrollments(tx, event, toInsert, context, open.now),
  };
}

interface Accepted {
  row: Row;
  found: 'known' | 'new';
  person: KnownPerson;
}

/** Each row by itself, and against the rows before it. */
function judge(rows: readonly Row[], identities: readonly Identity[], { enrolled, accessCodes }: Taken) {
  const accepted: Accepted[] = [];
  const refusals: { position: number; refusal: EnrollRefusal }[] = [];
  for (const [position, row] of rows.entries()) {
    const identity = identities[position];
    if (!identity) throw new Error(`row ${position} was not identified`);
    if (identity.found === 'ambiguous') {
      const { candidates } = identity;
      refusals.push({ position, refusal: { code: 'participant_ambiguous', candidates } });
      continue;
    }
    const { person } = identity;
    const before = enrolled.get(person.id);
    if (before) refusals.push({ position, refusal: { code: 'already_enrolled', ...before } });
    else if (accessCodes.has(row.accessCode)) {
      refusals.push({ position, refusal: { code: 'access_code_taken' } });
    } else accepted.push({ row, ...identity });
    enrolled.set(person.id, before ?? { enrollmentId: row.id, status: 'confirmed' });
    accessCodes.add(row.accessCode);
  }
  return { accepted, refusals };
}

function peopleOf(accepted: readonly Accepted[], found: Accepted['found']): KnownPerson[] {
  return accepted.filter((row) => row.found === found).map(({ person }) => person);
}

function participantOf({ id, name, email, locale, externalId }: KnownPerson) {
  return { id, name, email, locale, externalId };
}
