import { randomBytes } from 'node:crypto';
import { cloudEventsJson } from '@turnout/contracts/events/envelope';
import { eventsExchange, notifierTopology, publicTopology } from '@turnout/contracts/topology';
import { newId } from '@turnout/runtime/ids';
import { createLogger } from '@turnout/runtime/logger';
import type { Db } from '@turnout/runtime/postgres';
import { declareTopology, openPublisher } from '@turnout/runtime/rabbitmq';
import {
  type GivenOrganization,
  givenEnrollments,
  givenEvent,
  givenOrganization,
} from '@turnout/test-kit/given';
import { openTestDb } from '@turnout/test-kit/open-test-db';
import { createTestDatabase, type TestDatabase } from '@turnout/test-kit/test-database';
import { startTestMailbox, type TestMailbox } from '@turnout/test-kit/test-mailbox';
import { createTestVhost, type TestVhost } from '@turnout/test-kit/test-vhost';
import { waitUntil } from '@turnout/test-kit/wait-until';
import type { EmailConfig, NotifierConfig } from '../../src/config.ts';
import type { Subject } from './events.ts';

/** What a notifier needs around it, and what an event needs to become a mail: people in an event. */
export interface PostOffice extends AsyncDisposable {
  db: Db;
  database: TestDatabase;
  vhost: TestVhost;
  mailbox: TestMailbox;
  organization: GivenOrganization;
  eventId: string;
  config: NotifierConfig & { email: EmailConfig };
  /** The same as an environment, for a notifier in a process of its own. */
  environment: Record<string, string>;
  /** Somebody new in the event. */
  person(): Promise<Subject>;
  people(count: number): Promise<Subject[]>;
  /** Publishes events, or raw bodies, in this order; waits for the broker to have them. */
  publish(bodies: readonly (object | string | Buffer)[], headers?: Record<string, string>): Promise<void>;
  /** Messages of the broker that died, as the notifier's owner sees them, oldest first. */
  deadMessages(): Promise<DeadMessageRow[]>;
  deliveries(): Promise<DeliveryRow[]>;
  inboxSize(): Promise<number>;
}

export interface DeadMessageRow {
  letter_id: string;
  status: string;
  reason: string;
  message_id: string | null;
  organization_id: string | null;
  attempts: number;
  deaths: number;
  body: Buffer | null;
}

export interface DeliveryRow {
  delivery_id: string;
  message_id: string;
  enrollment_id: string;
  endpoint_id: string | null;
  channel: string;
  status: string;
  attempts: number;
  refused: number;
  last_error: string | null;
  headers: Record<string, string>;
}

export const silent = createLogger({ name: 'test', level: 'silent' });

export async function openPostOffice(): Promise<PostOffice> {
  await using opening = new AsyncDisposableStack();
  const [database, vhost, mailbox] = await Promise.all([
    createTestDatabase().then((resource) => opening.use(resource)),
    createTestVhost().then((resource) => opening.use(resource)),
    startTestMailbox().then((resource) => opening.use(resource)),
  ]);
  const db = opening.use(openTestDb(database.url));
  const organization = await givenOrganization(db);
  const eventId = await givenEvent(db, organization.id);
  const amqp = { url: vhost.amqpUrl, name: 'test', logger: silent };
  const publisher = opening.use(
    openPublisher({
      ...amqp,
      setup: async (channel) => {
        await declareTopology(channel, publicTopology);
        await declareTopology(channel, notifierTopology);
      },
    }),
  );
  await waitUntil(() => publisher.connected);
  async function people(count: number): Promise<Subject[]> {
    const enrollments = await givenEnrollments(db, organization.id, eventId, count);
    return enrollments.map(({ id }) => ({ organizationId: organization.id, eventId, enrollmentId: id }));
  }

  const secretsKey = randomBytes(32);
  const opened = opening.move();
  return {
    db,
    database,
    vhost,
    mailbox,
    organization,
    eventId,
    config: {
      port: 0,
      host: '127.0.0.1',
      database: { url: database.urlFor('notifier'), max: 5 },
      amqpUrl: vhost.amqpUrl,
      email: {
        smtpUrl: mailbox.smtpUrl,
        from: { name: 'Turnout', address: 'turnout@example.org' },
        timeoutMs: 2_000,
      },
      mailsPerSecond: 500,
      operator: { organization: null, email: null },
      webhooks: { secretsKey, networks: 'any', timeoutMs: 2_000 },
      retention: { schedule: '45 3 * * *', messagesDays: 400, deadLettersDays: 90 },
      log: { level: 'silent' },
    },
    environment: {
      PORT: '0',
      DATABASE_URL: database.urlFor('notifier'),
      AMQP_URL: vhost.amqpUrl,
      SMTP_URL: mailbox.smtpUrl,
      MAILS_PER_SECOND: '500',
      MAIL_FROM: 'Turnout <turnout@example.org>',
      WEBHOOK_SECRETS_KEY: secretsKey.toString('base64'),
      WEBHOOK_NETWORKS: 'any',
      WEBHOOK_TIMEOUT_MS: '2000',
    },
    people,
    async person() {
      const [somebody] = await people(1);
      if (!somebody) throw new Error('nobody was enrolled');
      return somebody;
    },
    async publish(bodies, headers = {}) {
      const messages = bodies.map((body) => ({
        id: newId(),
        exchange: eventsExchange,
        routingKey: 'turnout.test',
        contentType: cloudEventsJson,
        headers,
        body: typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body),
      }));
      const outcomes = await publisher.publishAll(messages, 20_000);
      const lost = outcomes.filter((outcome) => outcome !== 'confirmed');
      if (lost.length > 0) throw new Error(`${lost.length} messages were not confirmed: ${lost[0]}`);
    },
    deadMessages: () =>
      db.query<DeadMessageRow>(
        `select letter_id, status, reason, message_id, organization_id, attempts, deaths, body
         from notifier.dead_letters where source = 'broker' order by letter_id`,
      ),
    deliveries: () => db.query<DeliveryRow>('select * from notifier.deliveries order by delivery_id'),
    async inboxSize() {
      const [row] = await db.query<{ count: number }>('select count(*)::int as count from notifier.inbox');
      return row?.count ?? 0;
    },
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}

/** How often each thing occurs. */
export function countBy<Item>(items: readonly Item[], key: (item: Item) => string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const item of items) counts.set(key(item), (counts.get(key(item)) ?? 0) + 1);
  return counts;
}

export function shuffled<Item>(items: readonly Item[]): Item[] {
  return items
    .map((item) => ({ item, at: Math.random() }))
    .toSorted((one, other) => one.at - other.at)
    .map(({ item }) => item);
}
