import { expect } from 'vitest';
import type { ForetoldLineItem } from './foretold.ts';
import type { Model } from './model.ts';
import { lineItemsSeen, sortedById } from './model-orders.ts';
import { pick } from './step.ts';
import { lineItemTold } from './steps/send-scan.ts';
import type { Story } from './story.ts';

/** Everybody is stored and shown as the model has them. */
export async function expectStateAsForetold(story: Story, model: Model): Promise<void> {
  const supervisor = pick(story.devices, 2);
  const stored = await story.world.db.query<{ enrollment_id: string; status: string; version: number }>(
    'select enrollment_id, status, version from attendance.enrollments where event_id = $1',
    [story.eventId],
  );
  const badges = await Promise.all(
    model.people.map(({ accessCode }) => story.desk('GET', `/attendees/${accessCode}`, supervisor)),
  );
  const seen = badges.map(({ body }) => ({
    id: body.enrollmentId,
    status: body.status,
    version: stored.find(({ enrollment_id }) => enrollment_id === body.enrollmentId)?.version,
    presentDays: body.presentDays,
  }));
  expect(seen).toEqual(model.people.map((person) => model.seen(person)));
  const ordered = await Promise.all(
    model.people.map(({ accessCode }) => story.desk('GET', `/attendees/${accessCode}/products`, supervisor)),
  );
  expect(ordered.map(({ body }) => sortedById<ForetoldLineItem>(body.items.map(lineItemTold)))).toEqual(
    model.people.map(lineItemsSeen),
  );
  const stats = await story.desk('GET', '/stats', supervisor);
  expect(stats.body).toMatchObject({ enrolled: model.people.length, insideNow: model.insideNow() });
}
