import { randomUUID } from 'node:crypto';
import type { GivenEnrollment } from '@turnout/test-kit/given';
import { must, openApi } from '../src/api.ts';
import type { TestStack } from './start-test-stack.ts';

/** Each of these people was seen once, at this time. Through the door: at most 1,000 at once. */
export async function uploadScans(
  { services, tokens }: TestStack,
  eventId: string,
  people: readonly GivenEnrollment[],
  scannedAt: Date,
): Promise<void> {
  const scans = people.map(({ accessCode }) => ({ scanId: randomUUID(), accessCode, scannedAt }));
  const door = openApi(services.checkin.url, tokens.supervisor);
  const answer = await door.post(`/v1/events/${eventId}/check-ins/batch`, { scans });
  must(answer, 200);
  const { results } = answer.body as { results: { status: number }[] };
  if (results.some(({ status }) => status !== 201))
    throw new Error(`not admitted: ${JSON.stringify(results)}`);
}

/** Where these people get their mail, sorted. */
export async function addressesOf({ db }: TestStack, people: readonly GivenEnrollment[]): Promise<string[]> {
  const rows = await db.query<{ email: string }>(
    'select email from attendance.contacts where enrollment_id = any ($1)',
    [people.map(({ id }) => id)],
  );
  return rows.map(({ email }) => email).toSorted();
}
