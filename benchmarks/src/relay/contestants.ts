import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { eventsExchange } from '@turnout/contracts/topology';
import type { Unit } from '@turnout/local-stack/open-guard';
import type { Db } from '@turnout/runtime/postgres';
import { PgBoss } from 'pg-boss';
import { startProgram, startService } from '../programs.ts';
import type { Stand } from '../stand.ts';

/** Something that publishes what was committed, and how rows are handed to it. */
export interface RelayContestant {
  name: string;
  /** How many messages one run has. A slow relay gets fewer, so that it has an end. */
  messages: number;
  start(stand: Stand): Promise<Unit>;
  /** Commits the first so many messages as rows of its own. */
  fill(db: Db, stand: Stand, count: number): Promise<void>;
  /** Forgets what it has published, and what it has made. */
  clear(db: Db): Promise<void>;
}

/** The relay of Turnout in closure-service, as it is shipped. No event is due, so it does nothing else. */
export const turnout: RelayContestant = {
  name: 'turnout',
  messages: 50_000,
  async start(stand) {
    return (await startService(stand, 'closure')).unit;
  },
  async fill(db, _stand, count) {
    await db.query(
      `insert into outbox.messages (message_id, partition, partition_key, routing_key, content_type, headers, body)
       select message_id, abs(hashtextextended(event_id::text, 0) % 16), event_id, routing_key,
         'application/cloudevents+json', jsonb_build_object('traceparent', body::json ->> 'traceparent'), body
       from bench.messages where position <= $1 order by position`,
      [count],
    );
  },
  async clear(db) {
    await db.query('truncate outbox.messages, outbox.published');
  },
};

const graphileWorker: RelayContestant = {
  name: 'graphile-worker',
  messages: 20_000,
  async start(stand) {
    return await startPeer(stand, 'graphile-worker');
  },
  async fill(db, _stand, count) {
    await untilThere(
      db,
      `select 1 from pg_proc where proname = 'add_jobs' and pronamespace = to_regnamespace('graphile_worker')`,
    );
    await db.query(
      `select count(*) from graphile_worker.add_jobs(array(
         select row('publish', json_build_object('id', message_id, 'routingKey', routing_key, 'body', body),
           null, null, null, null, null, null)::graphile_worker.job_spec
         from bench.messages where position <= $1))`,
      [count],
    );
  },
  async clear(db) {
    await db.query('drop schema graphile_worker cascade');
  },
};

const pgBoss: RelayContestant = {
  name: 'pg-boss',
  messages: 20_000,
  async start(stand) {
    return await startPeer(stand, 'pg-boss');
  },
  async fill(db, stand, count) {
    await untilThere(db, `select 1 where to_regclass('pgboss.queue') is not null`);
    await untilThere(db, `select 1 from pgboss.queue where name = 'publish'`);
    const rows = await db.query<{ id: string; data: object }>(
      `select message_id as id, json_build_object('id', message_id, 'routingKey', routing_key, 'body', body) as data
       from bench.messages where position <= $1 order by position`,
      [count],
    );
    const boss = new PgBoss({
      connectionString: stand.databaseUrl,
      supervise: false,
      schedule: false,
      migrate: false,
    });
    await boss.start();
    await boss.insert(
      'publish',
      rows.map(({ data }) => ({ data })),
    );
    await boss.stop({ graceful: false });
  },
  async clear(db) {
    await db.query('drop schema pgboss cascade');
  },
};

const pgTransactionalOutbox: RelayContestant = {
  name: 'pg-transactional-outbox',
  messages: 2_000,
  async start(stand) {
    return await startPeer(stand, 'pg-transactional-outbox');
  },
  async fill(db, _stand, count) {
    await untilThere(db, `select 1 where to_regclass('bench_outbox.outbox_locked_until_idx') is not null`);
    await db.query(
      `insert into bench_outbox.outbox
         (id, aggregate_type, aggregate_id, message_type, concurrency, payload, created_at)
       select gen_random_uuid(), 'event', event_id, routing_key, 'parallel', jsonb_build_object('body', body),
         clock_timestamp()
       from bench.messages where position <= $1 order by position`,
      [count],
    );
    await db.query('analyze bench_outbox.outbox');
  },
  async clear(db) {
    await db.query('drop schema bench_outbox cascade');
  },
};

export const peers = [graphileWorker, pgBoss, pgTransactionalOutbox];

async function startPeer(stand: Stand, name: string): Promise<Unit> {
  return await startProgram(stand, {
    name,
    args: ['--max-semi-space-size=32', fileURLToPath(new URL(`./peers/${name}.ts`, import.meta.url))],
    environment: {
      NODE_ENV: 'production',
      DATABASE_URL: stand.databaseUrl,
      AMQP_URL: stand.amqpUrl,
      EXCHANGE: eventsExchange,
    },
  });
}

/** Its tables are there as soon as it has started for the first time. */
async function untilThere(db: Db, question: string): Promise<void> {
  for (let tries = 0; (await db.query(question)).length === 0; tries += 1) {
    if (tries === 200) throw new Error(`not there after 20 s: ${question}`);
    await pause(100);
  }
}
