import { newId } from '@turnout/runtime/ids';
import type { Db } from '@turnout/runtime/postgres';
import {
  givenEnrollments,
  givenEvent,
  givenOrder,
  givenOrganization,
  givenProduct,
} from '@turnout/test-kit/given';
import type { Round, World } from '../src/worlds.ts';

const DAY = 24 * 60 * 60 * 1000;

/** How the events of a round stand in time. */
const TIMES = {
  running: () => ({ starts_at: new Date(Date.now() - DAY), ends_at: new Date(Date.now() + DAY) }),
  ended: () => ({ starts_at: new Date(Date.now() - 3 * DAY), ends_at: new Date(Date.now() - DAY) }),
  upcoming: () => ({ starts_at: new Date(Date.now() + DAY), ends_at: new Date(Date.now() + 2 * DAY) }),
};

/** An organization with events before, during and after; people, orders, deliveries and dead letters. */
export async function givenRound(db: Db): Promise<Round> {
  const organization = await givenOrganization(db);
  const foreign = await givenOrganization(db);
  const kinds = ['running', 'running', 'running', 'running', 'ended', 'ended', 'ended', 'upcoming'] as const;
  const worlds: World[] = [];
  for (const kind of kinds) worlds.push(await givenWorld(db, organization.id, kind));
  return { worlds, tokens: organization.tokens, foreignToken: foreign.tokens.admin };
}

async function givenWorld(db: Db, organizationId: string, kind: keyof typeof TIMES): Promise<World> {
  const times = TIMES[kind]();
  const { starts_at, ends_at } = times;
  const eventId = await givenEvent(db, organizationId, times);
  const people = await givenEnrollments(db, organizationId, eventId, 12);
  const productId = await givenProduct(db, eventId);
  const lineItemId: string[] = [];
  for (const { id: enrollmentId } of people.slice(0, 2)) {
    lineItemId.push(...(await givenOrder(db, { eventId, enrollmentId }, [{ productId, quantity: 50 }])));
  }
  return {
    eventId: [eventId],
    enrollmentId: people.map(({ id }) => id),
    // The first often, who has bought something: of two ids drawn each by itself few belong together.
    accessCode: people.flatMap(({ accessCode }, index) =>
      Array<string>(index === 0 ? 6 : 1).fill(accessCode),
    ),
    day: [starts_at, ends_at].map((at) => at.toISOString().slice(0, 10)),
    productId: [productId],
    lineItemId,
    ...(await givenMail(db, organizationId, eventId, people[0]?.id ?? '')),
  };
}

/** A webhook endpoint, a delivery to it that failed and one that was mailed, and dead letters. */
async function givenMail(
  db: Db,
  organizationId: string,
  eventId: string,
  enrollmentId: string,
): Promise<World> {
  const ids = { endpoint: newId(), message: newId(), failed: newId(), mailed: newId() };
  const letters = [newId(), newId(), newId()];
  await db.query(
    `insert into notifier.webhook_endpoints (endpoint_id, organization_id, url) values ($1, $2, $3)`,
    [ids.endpoint, organizationId, `http://127.0.0.1:1/${ids.endpoint}`],
  );
  await db.query(
    `insert into notifier.inbox (message_id, type, organization_id, event_id, subject_id, sequence)
     values ($1, 'turnout.participant.attended.v1', $2, $3, $4, 2)`,
    [ids.message, organizationId, eventId, enrollmentId],
  );
  await db.query(`insert into notifier.webhook_bodies (message_id, body) values ($1, '{}')`, [ids.message]);
  await db.query(
    `insert into notifier.deliveries
       (delivery_id, message_id, organization_id, event_id, enrollment_id, channel, template, status, endpoint_id, sent_at)
     values ($1, $3, $4, $5, $6, 'webhook', null, 'failed', $7, null),
       ($2, $3, $4, $5, $6, 'email', 'you-attended', 'sent', null, now())`,
    [ids.failed, ids.mailed, ids.message, organizationId, eventId, enrollmentId, ids.endpoint],
  );
  await db.query(
    `insert into notifier.dead_letters
       (letter_id, source, identity, organization_id, event_id, reason, attempts, bytes, body, properties)
     select id, 'broker', id::text, $2, $3, 'not_json', 1, 1, '{', '{}' from unnest($1::uuid[]) as id`,
    [letters, organizationId, eventId],
  );
  return { endpointId: [ids.endpoint], deliveryId: [ids.failed, ids.mailed], letterId: letters };
}
