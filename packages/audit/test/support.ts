import { type Action, recordActions } from '@turnout/access/record-actions';
import { newId } from '@turnout/runtime/ids';
import type { Db } from '@turnout/runtime/postgres';
import {
  type GivenOrganization,
  givenEnrollments,
  givenEvent,
  givenOrganization,
} from '@turnout/test-kit/given';
import { openTestDb } from '@turnout/test-kit/open-test-db';
import { createTestDatabase, type TestDatabase } from '@turnout/test-kit/test-database';
import { waitUntil } from '@turnout/test-kit/wait-until';
import { findUnsealed } from '../src/find-unsealed.ts';
import { gather } from '../src/gather.ts';
import { sealOnce } from '../src/seal-once.ts';

export interface World extends AsyncDisposable {
  database: TestDatabase;
  /** As the owner, who can do everything. */
  owner: Db;
  /** As the role of the service that seals. */
  service: Db;
  organization: GivenOrganization;
  eventId: string;
}

/** A database with one event, and nobody in it. */
export async function startWorld(): Promise<World> {
  await using opening = new AsyncDisposableStack();
  const database = opening.use(await createTestDatabase());
  const owner = opening.use(openTestDb(database.url, 10));
  const service = opening.use(openTestDb(database.urlFor('admin')));
  const organization = await givenOrganization(owner);
  const eventId = await givenEvent(owner, organization.id);
  const opened = opening.move();
  return {
    database,
    owner,
    service,
    organization,
    eventId,
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}

/** As long as a test on a slow machine may wait. */
export const LONG = { within: 20_000 };

/** Seals until nothing waits: a transaction of any test on the server can make it wait for a while. */
export async function sealAll({ service }: Pick<World, 'service'>): Promise<void> {
  await waitUntil(async () => {
    const { newCluster } = await sealOnce(service);
    if (newCluster) await gather(service, new AbortController().signal);
    return (await findUnsealed(service, null)).every(({ waiting }) => waiting === 0);
  }, LONG);
}

export async function enroll({ owner, organization, eventId }: World, count: number): Promise<string[]> {
  return (await givenEnrollments(owner, organization.id, eventId, count)).map(({ id }) => id);
}

export async function act(
  { owner, organization, eventId }: World,
  action: Partial<Action> = {},
): Promise<void> {
  await owner.transaction(async (tx) => {
    recordActions(tx, [
      {
        organizationId: organization.id,
        action: 'product.created',
        actor: { type: 'system', id: 'test' },
        eventId,
        subjectId: newId(),
        cause: 'test',
        ...action,
      },
    ]);
  });
}

/** What nobody but a superuser can do: with triggers and foreign keys off. */
export async function byForce({ owner }: World, ...statements: string[]): Promise<void> {
  await owner.transaction(async (tx) => {
    await tx.query('set local session_replication_role = replica');
    for (const statement of statements) await tx.query(statement);
  });
}
