import { decideCancellation } from '@turnout/attendance/decide-cancellation';
import type { Db } from '@turnout/runtime/postgres';
import { openSequelize } from '@turnout/runtime/sequelize';
import { givenEnrollments, givenEvent, givenOrganization } from '@turnout/test-kit/given';
import { openTestDb } from '@turnout/test-kit/open-test-db';
import { createTestDatabase, type TestDatabase } from '@turnout/test-kit/test-database';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { changeEnrollments, each } from '../src/change-enrollments.ts';
import { type AttendanceModels, bindAttendanceModels } from '../src/models/attendance-models.ts';
import { readEnrollmentStory } from '../src/reading/read-enrollment-story.ts';

let database: TestDatabase;
let owner: Db;
let models: AttendanceModels;
beforeAll(async () => {
  database = await createTestDatabase();
  owner = openTestDb(database.url);
  models = bindAttendanceModels(
    openSequelize({ url: database.urlFor('admin'), max: 4, applicationName: 'test' }),
  );
});
afterAll(async () => {
  await models.sequelize.close();
  await owner[Symbol.asyncDispose]();
  await database.drop();
});

it('a story never has a status without the transition that explains it, while others change it', async () => {
  const { id: organizationId } = await givenOrganization(owner);
  const eventId = await givenEvent(owner, organizationId);
  const people = await givenEnrollments(owner, organizationId, eventId, 40);
  let cancelled = 0;

  async function cancelAll() {
    for (const { id } of people) {
      await changeEnrollments(
        owner,
        { by: 'enrollments', organizationId, eventId, enrollmentIds: [id] },
        each((enrollment, event) => {
          const decision = decideCancellation(event, enrollment, { reason: 'ill', by: 'admin' });
          if (decision.outcome === 'refused') throw new Error(decision.refusal.code);
          return { facts: [{ kind: 'moved', move: decision.move }], result: null };
        }),
        { actor: { type: 'system', id: 'test' }, cause: 'test' },
      );
      cancelled += 1;
    }
  }
  async function readUntilDone() {
    while (cancelled < people.length) {
      const enrollmentId = people[Math.min(cancelled, people.length - 1)]?.id ?? '';
      const story = await readEnrollmentStory(models, { organizationId, eventId, enrollmentId });
      expect(story?.enrollment.version).toBe(story?.transitions.length);
      expect(story?.enrollment.status).toBe(story?.transitions.at(-1)?.to);
    }
  }
  await Promise.all([cancelAll(), readUntilDone(), readUntilDone()]);
});
