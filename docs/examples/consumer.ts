// A complete consumer of Turnout's events: keeps for each enrollment whether a certificate is due.
// AMQP_URL=amqp://… DATABASE_URL=postgres://… node consumer.ts
import amqp from 'amqplib';
import pg from 'pg';

const QUEUE = 'certificates';
const DEAD = `${QUEUE}.dead`;

let stopping = false;
let last = Promise.resolve();

const database = new pg.Pool({
  connectionString: process.env.DATABASE_URL,
  connectionTimeoutMillis: 2_000, // a database that hangs is one that is away
  query_timeout: 5_000,
});
database.on('error', (error) => console.error('an idle connection broke:', error.message));

interface Change {
  eventId: string;
  enrollmentId: string;
  due: boolean;
  sequence: number;
}

/** What an event means here; null for what doesn't concern us. Throws when it can't be read. */
function changeOf(body: Buffer): Change | null {
  const event = JSON.parse(body.toString('utf8'));
  const due = verdicts.get(event.type);
  if (due === undefined) return null; // a type from later than this program
  const { id, subject, sequence, data } = event;
  if (typeof id !== 'string' || typeof subject !== 'string' || !Number.isInteger(sequence) || !data) {
    throw new Error('this is not an event of version 1');
  }
  return { eventId: id, enrollmentId: subject, due, sequence };
}

const verdicts = new Map([
  ['turnout.participant.attended.v1', true],
  ['turnout.participant.no-show.v1', false],
]);

/** The effect and the note that it was done, in one transaction: a second delivery of the same event finds the note. */
async function store({ eventId, enrollmentId, due, sequence }: Change): Promise<void> {
  const client = await database.connect();
  let broken: Error | undefined;
  try {
    await client.query('begin');
    const noted = await client.query('insert into handled_events values ($1) on conflict do nothing', [
      eventId,
    ]);
    if (noted.rowCount === 1) {
      // An older event that comes again must not undo a newer one.
      await client.query(
        `insert into certificates as c (enrollment_id, due, sequence) values ($1, $2, $3)
         on conflict (enrollment_id) do update
         set due = excluded.due, sequence = excluded.sequence, changes = c.changes + 1
         where c.sequence < excluded.sequence`,
        [enrollmentId, due, sequence],
      );
    }
    await client.query('commit');
  } catch (error) {
    broken = error as Error;
    throw error;
  } finally {
    client.release(broken); // a connection in doubt is closed, and its transaction with it
  }
}

/** Whether trying again later may help, whatever the message is. */
function isDatabaseAway(error: unknown): boolean {
  return !(error instanceof pg.DatabaseError) || /^(08|40|53|55|57)/.test(error.code ?? '');
}

async function receive(channel: amqp.Channel, message: amqp.ConsumeMessage): Promise<void> {
  let change: Change | null;
  try {
    change = changeOf(message.content);
  } catch {
    channel.reject(message, false); // nobody will ever read it: to the dead letters
    return;
  }
  while (change && !stopping) {
    try {
      await store(change);
      break;
    } catch (error) {
      console.error(String(error));
      if (!isDatabaseAway(error)) {
        channel.reject(message, true); // again, up to the delivery limit, and then to the dead letters
        return;
      }
      // Held, not given back: giving back would use up the deliveries of a message that is all right.
      await new Promise((resolve) => setTimeout(resolve, 1_000));
    }
  }
  if (!stopping) channel.ack(message); // only now: what is not acknowledged comes again
}

await database.query(`
  create table if not exists handled_events (event_id uuid primary key);
  create table if not exists certificates (
    enrollment_id uuid primary key, due boolean not null, sequence integer not null, changes integer not null default 1)`);

const connection = await amqp.connect(String(process.env.AMQP_URL), { heartbeat: 5 });
connection.on('error', (error) => console.error(String(error)));
connection.on('close', () => process.exit(stopping ? 0 : 1)); // whoever runs this program starts it again
const channel = await connection.createChannel();
channel.on('error', (error) => console.error(String(error)));
channel.on('close', () => void connection.close().catch(() => process.exit(1)));

await channel.assertQueue(DEAD, { durable: true, arguments: { 'x-queue-type': 'quorum' } });
await channel.assertQueue(QUEUE, {
  durable: true,
  arguments: {
    'x-queue-type': 'quorum',
    'x-delivery-limit': 20,
    'x-dead-letter-exchange': '',
    'x-dead-letter-routing-key': DEAD,
    'x-dead-letter-strategy': 'at-least-once',
    'x-overflow': 'reject-publish',
  },
});
await channel.bindQueue(QUEUE, 'turnout.events', 'turnout.participant.*.v1');
await channel.prefetch(50);

const { consumerTag } = await channel.consume(QUEUE, (message) => {
  if (message === null) return process.exit(1); // the queue was deleted
  last = last.then(() => receive(channel, message)); // one after the other: in order
});

process.once('SIGTERM', async () => {
  stopping = true;
  await channel.cancel(consumerTag);
  await last;
  await connection.close();
});
