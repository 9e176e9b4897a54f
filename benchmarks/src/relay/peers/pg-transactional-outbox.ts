// pg-transactional-outbox as a relay: its polling listener (the other needs wal_level=logical), with messages that may
// go in any order, a hundred at a time from the start, and its protections against poisonous messages off.
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import outbox from 'pg-transactional-outbox';
import { openPeerPublisher } from './publisher.ts';

const BATCH = 100;
const connectionString = process.env.DATABASE_URL ?? '';
const names = {
  outboxOrInbox: 'outbox',
  schema: 'bench_outbox',
  table: 'outbox',
  nextMessagesName: 'next_messages',
} as const;
const roles = { database: 'postgres', listenerRole: 'turnout' };

const client = new pg.Client({ connectionString });
await client.connect();
const { DatabaseSetup } = outbox;
await client.query(DatabaseSetup.dropAndCreateTable({ ...names, ...roles }));
await client.query(DatabaseSetup.createPollingFunction({ ...names, ...roles }));
await client.query(DatabaseSetup.setupPollingIndexes({ ...names, ...roles }));
await client.end();

const publish = await openPeerPublisher();
const database = { connectionString, max: BATCH / 2 };
const [shutdown] = outbox.initializePollingMessageListener(
  {
    outboxOrInbox: 'outbox',
    dbListenerConfig: database,
    dbHandlerConfig: database,
    settings: {
      dbSchema: names.schema,
      dbTable: names.table,
      nextMessagesFunctionSchema: names.schema,
      nextMessagesFunctionName: names.nextMessagesName,
      nextMessagesBatchSize: BATCH,
      nextMessagesPollingIntervalInMs: 50,
      nextMessagesLockInMs: 1_000,
      messageProcessingTimeoutInMs: 1_000,
      enableMaxAttemptsProtection: false,
      enablePoisonousMessageProtection: false,
    },
  },
  {
    handle: async ({ id, messageType, payload }) =>
      await publish({ id, routingKey: messageType, body: (payload as { body: string }).body }),
  },
  outbox.getDisabledLogger(),
  { batchSizeStrategy: async () => BATCH },
);
process.once('SIGTERM', () => {
  void Promise.race([shutdown(), pause(2_000)]).finally(() => process.exit(0));
});
