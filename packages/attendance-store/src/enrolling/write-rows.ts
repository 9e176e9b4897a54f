import { newId } from '@turnout/runtime/ids';
import type { Tx } from '@turnout/runtime/postgres';
import type { EnrollmentRecord } from '../reading/records.ts';
import type { ChangeContext } from '../stored.ts';
import type { KnownPerson } from './identify-people.ts';
import { insertEnrollments, newlyEnrolled } from './insert-enrollments.ts';
import type { Identified, NewEnrollment } from './judge-rows.ts';
import { newAccessCode } from './new-access-code.ts';
import { insertPeople, updatePeople } from './save-people.ts';

/** A set of rows that were judged, with who each of them is. */
export interface JudgedSet {
  rows: readonly NewEnrollment[];
  identified: readonly Identified[];
}

/** Makes the new ones of these people and updates the known ones. Nobody waits for the answers here. */
export function writePeople(tx: Tx, organizationId: string, identified: readonly Identified[]): void {
  insertPeople(tx, organizationId, peopleOf(identified, 'new'));
  updatePeople(tx, organizationId, peopleOf(identified, 'known'));
}

/**
 * Enrolls a set of people who are there, one statement per table, and answers the enrollments. Nobody waits for the
 * answers here.
 */
export function writeEnrollments(
  tx: Tx,
  event: { organizationId: string; eventId: string },
  set: JudgedSet,
  context: ChangeContext,
  at: Date,
): EnrollmentRecord[] {
  const { enrollment } = newlyEnrolled;
  const records = set.rows.map((row, index): EnrollmentRecord => {
    const identified = set.identified[index];
    if (!identified) throw new Error(`row ${index} was not identified`);
    return {
      id: newId(),
      eventId: event.eventId,
      status: enrollment.status,
      version: enrollment.version,
      accessCode: row.accessCode ?? newAccessCode(),
      ticketType: row.ticketType,
      attendedAt: null,
      participant: participantOf(identified.person),
      createdAt: at,
    };
  });
  insertEnrollments(tx, event, records, context, at);
  return records;
}

function peopleOf(identified: readonly Identified[], found: Identified['found']): KnownPerson[] {
  return identified.filter((one) => one.found === found).map(({ person }) => person);
}

function participantOf({ id, name, email, locale, externalId }: KnownPerson) {
  return { id, name, email, locale, externalId };
}
