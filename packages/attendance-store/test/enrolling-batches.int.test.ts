import { decideCancellation } from '@turnout/attendance/decide-cancellation';
import { newId } from '@turnout/runtime/ids';
import { type Db, openDb } from '@turnout/runtime/postgres';
import { givenEnrollments, givenEvent, givenOrganization } from '@turnout/test-kit/given';
import { isAnyoneWaiting } from '@turnout/test-kit/is-anyone-waiting';
import { openTestDb } from '@turnout/test-kit/open-test-db';
import { createTestDatabase, type TestDatabase } from '@turnout/test-kit/test-database';
import { waitUntil } from '@turnout/test-kit/wait-until';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { changeEnrollments, each } from '../src/change-enrollments.ts';
import { enrollParticipants } from '../src/enrolling/enroll-participants.ts';
import { judgeRows, type NewEnrollment } from '../src/enrolling/judge-rows.ts';
import { writeEnrollments, writePeople } from '../src/enrolling/write-rows.ts';
import { readClock } from '../src/read-clock.ts';

let database: TestDatabase;
let owner: Db;
let admin: Db;
let organizationId: string;
let eventId: string;
beforeAll(async () => {
  database = await createTestDatabase();
  owner = openTestDb(database.url, 2);
  admin = openTestDb(database.urlFor('admin'), 10);
  organizationId = (await givenOrganization(owner)).id;
});
beforeEach(async () => {
  eventId = await givenEvent(owner, organizationId);
});
afterAll(async () => {
  await admin[Symbol.asyncDispose]();
  await owner[Symbol.asyncDispose]();
  await database.drop();
});

const context = { actor: { type: 'system', id: 'test' }, cause: 'test' } as const;

function row(facts: Partial<NewEnrollment['participant']> & { accessCode?: string } = {}): NewEnrollment {
  const { accessCode = null, ...person } = facts;
  return {
    participant: { name: 'Ada', email: `${newId()}@example.org`, locale: null, externalId: null, ...person },
    accessCode,
    ticketType: null,
  };
}

const enroll = (rows: NewEnrollment[], event = eventId) =>
  enrollParticipants(admin, { organizationId, eventId: event, eventIds: null }, rows, context);

async function count() {
  const [counts] = await owner.query<{ people: number; enrollments: number; transitions: number }>(
    `select (select count(*) from attendance.participants) as people,
       (select count(*) from attendance.enrollments) as enrollments,
       (select count(*) from attendance.transitions) as transitions`,
  );
  if (!counts) throw new Error('a count has one row');
  return counts;
}

describe('enrolling many at once', () => {
  it('writes an enrollment and its first transition for each, in the order given', async () => {
    const before = await count();
    const rows = Array.from({ length: 500 }, (_, index) => row({ name: `Person ${index}` }));
    const enrolled = await enroll(rows);
    if (enrolled?.outcome !== 'enrolled') throw new Error(enrolled?.outcome);
    expect(enrolled.enrollments.map(({ participant }) => participant.name)).toEqual(
      rows.map(({ participant }) => participant.name),
    );
    expect(new Set(enrolled.enrollments.map(({ accessCode }) => accessCode)).size).toBe(500);
    expect(await count()).toEqual({
      people: before.people + 500,
      enrollments: before.enrollments + 500,
      transitions: before.transitions + 500,
    });
  });

  it('writes nothing when one is refused, and names each refused row', async () => {
    const twins = `${newId()}@example.org`;
    await enroll([row({ email: twins, externalId: newId() }), row({ email: twins, externalId: newId() })]);
    await enroll([row({ email: 'enrolled@example.org', accessCode: 'taken' })]);
    const before = await count();
    const refused = await enroll([
      row(),
      row({ email: 'Enrolled@example.org', name: 'Somebody Else' }),
      row({ accessCode: 'taken' }),
      row({ email: twins }),
      row({ email: 'twice@example.org', accessCode: 'same' }),
      row({ email: 'TWICE@example.org' }),
      row({ accessCode: 'same' }),
    ]);
    if (refused?.outcome !== 'refused') throw new Error(refused?.outcome);
    expect(refused.refused.map(({ position, refusal }) => [position, refusal.code])).toEqual([
      [1, 'already_enrolled'],
      [2, 'access_code_taken'],
      [3, 'participant_ambiguous'],
      [5, 'repeated_person'],
      [6, 'repeated_access_code'],
    ]);
    expect(await count()).toEqual(before);
    expect(await owner.query(`select 1 from attendance.participants where name = 'Somebody Else'`)).toEqual(
      [],
    );
  });

  it('waits, and never deadlocks, when batches name the same people in another order', async () => {
    const people = Array.from({ length: 30 }, (_, index) => ({
      email: `${newId()}@example.org`,
      ...(index % 2 === 0 ? { externalId: newId() } : {}),
    }));
    const events = await Promise.all(Array.from({ length: 10 }, () => givenEvent(owner, organizationId)));
    const before = await count();
    const enrolled = await Promise.all(
      events.map((event, turn) => {
        const start = turn * 3;
        return enroll([...people.slice(start), ...people.slice(0, start)].map(row), event);
      }),
    );
    expect(enrolled.map((answer) => answer?.outcome)).toEqual(events.map(() => 'enrolled'));
    expect(await count()).toMatchObject({ people: before.people + 30 });
  });

  it('holds few locks for many people, lets check-ins pass, and lets nobody enroll one of them meanwhile', async () => {
    const [visitor] = await givenEnrollments(owner, organizationId, eventId, 1);
    if (!visitor) throw new Error('nobody was given');
    const rows = Array.from({ length: 6_000 }, (_, index) => row({ externalId: `many-${eventId}-${index}` }));
    const impatient = openDb({
      url: database.urlFor('admin'),
      max: 2,
      applicationName: 'test',
      lockTimeoutMs: 300,
    });
    await admin.transaction(async (tx) => {
      const people = { organizationId, eventId, eventIds: null };
      const { identified } = await judgeRows(tx, { ...people, rows, held: true });
      writePeople(tx, organizationId, identified);
      writeEnrollments(tx, people, { rows, identified }, context, await readClock(tx));
      const [locks] = await tx.query<{ count: number }>(
        `select count(*) from pg_locks where pid = pg_backend_pid()`,
      );
      expect(locks?.count).toBeLessThan(300);
      const moved = await changeEnrollments(
        impatient,
        { by: 'enrollments', organizationId, eventId, enrollmentIds: [visitor.id] },
        each((enrollment, event) => {
          const decision = decideCancellation(event, enrollment, { reason: 'ill', by: 'admin' });
          if (decision.outcome === 'refused') throw new Error(decision.refusal.code);
          return { facts: [{ kind: 'moved', move: decision.move }], result: enrollment.status };
        }),
        context,
      );
      expect(moved).toEqual(['confirmed']);
      const again = rows.slice(0, 1);
      await expect(enrollParticipants(impatient, people, again, context)).rejects.toThrow(/lock timeout/);
    });
    expect(await enroll([row({ externalId: `many-${eventId}-0` })])).toMatchObject({ outcome: 'refused' });
    await impatient[Symbol.asyncDispose]();
  });

  it('looks again when an access code was taken in the same instant', async () => {
    let enrolling: ReturnType<typeof enroll> | undefined;
    await owner.transaction(async (tx) => {
      const person = newId();
      await tx.query(
        `insert into attendance.participants (organization_id, participant_id, name, email) values ($1, $2, 'Ada', 'wanted@example.org')`,
        [organizationId, person],
      );
      await tx.query(
        `insert into attendance.enrollments (event_id, enrollment_id, organization_id, participant_id, status, access_code)
         values ($1, $2, $3, $2, 'confirmed', 'wanted')`,
        [eventId, person, organizationId],
      );
      enrolling = enroll([row({ accessCode: 'free' }), row({ accessCode: 'wanted' })]);
      await waitUntil(() => isAnyoneWaiting(owner));
    });
    expect(await enrolling).toMatchObject({
      outcome: 'refused',
      refused: [{ position: 1, refusal: { code: 'access_code_taken' } }],
    });
  });

  it('says whether the event is cancelled or not there', async () => {
    const cancelled = await givenEvent(owner, organizationId, {
      cancelled_at: new Date(),
      cancellation_reason: 'storm',
    });
    expect(await enroll([row()], cancelled)).toMatchObject({ outcome: 'event_cancelled' });
    expect(await enroll([row()], newId())).toBeNull();
    const stranger = await givenOrganization(owner);
    expect(
      await enrollParticipants(
        admin,
        { organizationId: stranger.id, eventId, eventIds: null },
        [row()],
        context,
      ),
    ).toBeNull();
  });
});

describe('a person who is enrolled again', () => {
  const ada = { email: 'again@example.org', externalId: 'A-1' };
  async function changedAt(): Promise<Date | undefined> {
    const [person] = await owner.query<{ changed_at: Date }>(
      'select changed_at from attendance.participants where organization_id = $1 and external_id = $2',
      [organizationId, ada.externalId],
    );
    return person?.changed_at;
  }
  const again = async (facts: object = {}) => {
    const other = await givenEvent(owner, organizationId);
    expect(await enroll([row({ ...ada, ...facts })], other)).toMatchObject({ outcome: 'enrolled' });
  };

  it('counts as changed when something about them did, and only then', async () => {
    await again();
    await owner.query(`update attendance.participants set changed_at = changed_at - interval '1 hour'`);
    const before = await changedAt();
    await again();
    expect(await changedAt()).toEqual(before);
    await again({ name: 'Ada Lovelace' });
    expect((await changedAt())?.getTime()).toBeGreaterThan(before?.getTime() ?? Number.NaN);
  });
});
