import { must, openApi } from '@turnout/demo/api';
import { runInvariants } from '@turnout/invariants/run-invariants';
import { type Db, openDb, type Queryable } from '@turnout/runtime/postgres';
import { givenEnrollments, givenEvent, givenOrganization } from '@turnout/test-kit/given';
import { waitUntil } from '@turnout/test-kit/wait-until';
import { prepareWorkshops, type Workshop } from './closures.ts';
import type { Services } from './servers.ts';

const HOUR = 3_600_000;
const PEOPLE = 1_000;
const WORKSHOP_PEOPLE = 20;

/** An event that people are going into, and small ones that wait to be closed. */
export async function prepareStory(databaseUrl: string, services: Services, workshopCount: number) {
  await using db = openDb({ url: databaseUrl, max: 2, applicationName: 'drill', queryTimeoutMs: 60_000 });
  const organization = await givenOrganization(db);
  const times = { starts_at: new Date(Date.now() - HOUR), ends_at: new Date(Date.now() + 24 * HOUR) };
  const eventId = await givenEvent(db, organization.id, times);
  const people = await givenEnrollments(db, organization.id, eventId, PEOPLE);
  const workshops = await prepareWorkshops(db, organization, services, workshopCount, WORKSHOP_PEOPLE);
  return { organization, eventId, accessCodes: people.map(({ accessCode }) => accessCode), workshops };
}

/** The ids of all scans of an event that a database holds. */
export async function scansIn(db: Queryable, eventId: string): Promise<Set<string>> {
  const scans = 'select scan_id from attendance.scans where event_id = $1';
  return new Set((await db.query<{ scan_id: string }>(scans, [eventId])).map(({ scan_id }) => scan_id));
}

/** The invariants that do not hold, each with its first offender. */
export async function brokenInvariants(databaseUrl: string): Promise<string[]> {
  return (await runInvariants(databaseUrl)).flatMap(({ name, offenders }) =>
    offenders.length === 0 ? [] : [`${name}: ${offenders.length} rows, ${JSON.stringify(offenders[0])}`],
  );
}

/** Asks for the closure of all that is still open, and waits for it. */
export async function closeTheRest(
  db: Db,
  { closure }: Services,
  token: string,
  workshops: readonly Workshop[],
): Promise<void> {
  const api = openApi(closure.url, token);
  const open = 'select event_id from attendance.events where event_id = any ($1) and closed_at is null';
  const ids = workshops.map(({ eventId }) => eventId);
  for (const { event_id } of await db.query<{ event_id: string }>(open, [ids])) {
    const answer = await api.post(`/v1/events/${event_id}/closure-runs`);
    if (answer.status !== 409) must(answer, 202); // 409: a run is under way
  }
  await waitUntil(async () => (await db.query(open, [ids])).length === 0, { within: 60_000 });
}

/** Waits until nothing is to be published, received, sent or closed any more. */
export async function settle(db: Queryable): Promise<void> {
  const nothing = async (query: string) => (await db.query(query)).length === 0;
  for (const unfinished of [
    `select from attendance.closure_runs where status = 'running' limit 1`,
    'select from outbox.messages limit 1',
    LAST_PUBLISHED_NOT_RECEIVED,
    `select from notifier.deliveries where status <> 'sent' limit 1`,
  ]) {
    await waitUntil(() => nothing(unfinished), { within: 60_000 });
  }
}

/** The notifier's queue is in order: when it has the last batch, it has everything that the broker still held. */
const LAST_PUBLISHED_NOT_RECEIVED = `
  select from (
    select unnest(message_ids) as message_id from outbox.published
    where published_at = (select max(published_at) from outbox.published)
  ) last
  where not exists (select from notifier.inbox i where i.message_id = last.message_id)
  limit 1`;
