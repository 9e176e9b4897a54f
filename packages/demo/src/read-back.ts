import { type EnrollmentBody, enrollmentBody, enrollmentStory } from '@turnout/contracts/http/enrollments';
import { listOf } from '@turnout/contracts/http/pagination';
import { read } from './api.ts';
import { forEach } from './for-each.ts';
import type { Person, Show } from './show.ts';

export type Status = EnrollmentBody['status'];
export type Story = ReturnType<typeof enrollmentStory.parse>;

const page = listOf(enrollmentBody);

/** Everybody's status, by enrollment id. */
export async function readStatuses({ admin, event }: Show): Promise<Map<string, Status>> {
  const statuses = new Map<string, Status>();
  for (let cursor: string | null = ''; cursor !== null; ) {
    const from = cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`;
    const answer = await admin.get(`/v1/events/${event.id}/enrollments?limit=25${from}`);
    const { items, nextCursor } = read(answer, 200, page);
    for (const { id, status } of items) statuses.set(id, status);
    cursor = nextCursor;
  }
  return statuses;
}

/** Everybody with check-ins, audit trail and evaluation, by enrollment id. */
export async function readStories({ admin, event, people }: Show): Promise<Map<string, Story>> {
  const stories = await forEach(people, async ({ enrollmentId }) => {
    return read(await admin.get(`/v1/events/${event.id}/enrollments/${enrollmentId}`), 200, enrollmentStory);
  });
  return new Map(stories.map((story) => [story.id, story]));
}

/** The story of one person. Throws when they are not in it. */
export function storyOf(stories: ReadonlyMap<string, Story>, { name, enrollmentId }: Person): Story {
  const story = stories.get(enrollmentId);
  if (!story) throw new Error(`${name} is not among the enrollments any more`);
  return story;
}
