import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { INSTALLS_WITHIN_MS } from '@turnout/test-kit/find-or-install';
import { openTestDb } from '@turnout/test-kit/open-test-db';
import { programEnvironment } from '@turnout/test-kit/program-environment';
import { pythonWithPika } from '@turnout/test-kit/python-with-pika';
import { startProxy } from '@turnout/test-kit/start-proxy';
import { createTestDatabase } from '@turnout/test-kit/test-database';
import { createTestVhost } from '@turnout/test-kit/test-vhost';
import { waitUntil } from '@turnout/test-kit/wait-until';
import amqp from 'amqplib';
import { describe, expect, it } from 'vitest';
import { cloudEventsJson } from '../src/events/envelope.ts';
import { eventsExchange } from '../src/topology.ts';

const examples = fileURLToPath(new URL('../../../docs/examples/', import.meta.url));
const fixtures = new URL('../fixtures/v1/', import.meta.url);
const attended = JSON.parse(readFileSync(new URL('participant-attended.json', fixtures), 'utf8'));
const noShow = JSON.parse(readFileSync(new URL('participant-no-show.json', fixtures), 'utf8'));
/** The first time, Python and what it needs may have to be installed. */
const LONG = { every: 50 };

interface Certificate {
  enrollment_id: string;
  due: boolean;
  sequence: number;
  changes: number;
}

/** What a consumer needs to run, and how to look at what it keeps. */
interface Keeping extends AsyncDisposable {
  command: string;
  args: string[];
  environment: Record<string, string>;
  certificates(): Promise<Certificate[]>;
  handled(): Promise<number>;
  /** Takes the database away; gives it back. */
  away(): Promise<() => void>;
}

async function inTypeScript(): Promise<Keeping> {
  await using opening = new AsyncDisposableStack();
  const database = opening.use(await createTestDatabase());
  const proxy = opening.use(await startProxy(database.url));
  const db = opening.use(openTestDb(database.url, 1));
  const opened = opening.move();
  return {
    command: process.execPath,
    args: ['consumer.ts'],
    environment: { DATABASE_URL: proxy.url },
    certificates: () => db.query<Certificate>('select * from certificates'),
    handled: async () => (await db.query('select from handled_events')).length,
    async away() {
      proxy.cut();
      return () => proxy.heal();
    },
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}

async function inPython(): Promise<Keeping> {
  const dir = mkdtempSync(join(tmpdir(), 'turnout-consumer-'));
  const file = join(dir, 'certificates.db');
  const command = await pythonWithPika();
  const read = <Row>(text: string): Row[] => {
    using database = new DatabaseSync(file, { readOnly: true, timeout: 5_000 });
    return database.prepare(text).all() as Row[];
  };
  return {
    command,
    args: ['-u', 'consumer.py'],
    environment: { DATABASE_FILE: file },
    certificates: async () =>
      read<Certificate>('select * from certificates').map((row) => ({ ...row, due: Boolean(row.due) })),
    handled: async () => read('select * from handled_events').length,
    async away() {
      const holder = new DatabaseSync(file);
      holder.exec('begin exclusive');
      return () => holder.close();
    },
    async [Symbol.asyncDispose]() {
      rmSync(dir, { recursive: true });
    },
  };
}

describe.each([
  ['TypeScript', inTypeScript],
  ['Python', inPython],
] as const)(
  'the consumer in %s of docs/consuming-events.md',
  { timeout: INSTALLS_WITHIN_MS },
  (_language, keep) => {
    it('handles each event once: sent twice, redelivered after a kill, old ones after new ones', async () => {
      await using desk = await openDesk(keep);
      const people = Array.from({ length: 150 }, () => randomUUID());
      const messages = people.map((person) => about(attended, person, 3));
      await desk.start();
      await desk.publish([...messages, ...messages]);
      await waitUntil(async () => (await desk.keeping.handled()) >= 20, LONG);
      await desk.kill();
      await desk.start();
      const [one = '', two = ''] = people;
      await desk.publish([
        about(noShow, one, 4),
        about(noShow, two, 2),
        { ...about(attended, one, 9), type: 'turnout.participant.excused.v1' },
      ]);
      await waitUntil(async () => (await desk.keeping.handled()) >= people.length + 2, LONG);
      await waitUntil(async () => (await desk.waiting()) === 0, LONG);
      const kept = new Map((await desk.keeping.certificates()).map((row) => [row.enrollment_id, row]));
      expect(kept.size).toBe(people.length);
      expect(kept.get(one)).toMatchObject({ due: false, sequence: 4, changes: 2 });
      for (const person of people.slice(1)) {
        expect(kept.get(person)).toMatchObject({ due: true, sequence: 3, changes: 1 });
      }
      expect(await desk.dead()).toEqual([]);
      expect(await desk.stop()).toBe(0);
    });

    it('lets poison die alone, and a database that is away cost nothing but time', async () => {
      await using desk = await openDesk(keep);
      const person = randomUUID();
      await desk.start();
      const { data: _, ...bare } = about(attended, person, 3);
      const unkeepable = { ...about(attended, 'nobody', 3) };
      const giveBack = await desk.keeping.away();
      await desk.publish(['not json', bare, unkeepable, about(attended, person, 3)]);
      await waitUntil(async () => (await desk.dead()).length === 2, LONG);
      giveBack();
      await waitUntil(async () => (await desk.keeping.certificates()).length === 1, LONG);
      await waitUntil(async () => (await desk.dead()).length === 3, LONG);
      const dead = await desk.dead();
      expect(dead.map(({ text }) => text).sort()).toEqual(
        ['not json', JSON.stringify(bare), JSON.stringify(unkeepable)].sort(),
      );
      expect(dead.find(({ text }) => text.includes('nobody'))?.reason).toBe('delivery_limit');
      expect(await desk.keeping.certificates()).toMatchObject([
        { enrollment_id: person, due: true, changes: 1 },
      ]);
    });
  },
);

function about(event: typeof attended, enrollmentId: string, sequence: number): Record<string, unknown> {
  return {
    ...event,
    id: randomUUID(),
    subject: enrollmentId,
    sequence,
    data: { ...event.data, enrollmentId },
  };
}

/** One consumer beside a broker of its own. */
async function openDesk(keep: () => Promise<Keeping>) {
  await using opening = new AsyncDisposableStack();
  const keeping = opening.use(await keep());
  const vhost = opening.use(await createTestVhost());
  const connection = await amqp.connect(vhost.amqpUrl);
  opening.defer(() => connection.close());
  const channel = await connection.createConfirmChannel();
  let child: ChildProcess | undefined;
  const opened = opening.move();

  async function countOf(queue: string): Promise<{ messages: number; consumers: number }> {
    const { messageCount, consumerCount } = await channel.checkQueue(queue);
    return { messages: messageCount, consumers: consumerCount };
  }
  const dead: { text: string; reason: string }[] = [];
  async function end(signal: NodeJS.Signals): Promise<number | null> {
    if (!child || child.exitCode !== null || child.signalCode !== null) return null;
    const exited = once(child, 'exit');
    child.kill(signal);
    const [code] = (await exited) as [number | null];
    return code;
  }
  return {
    keeping,
    async start() {
      child = spawn(keeping.command, keeping.args, {
        cwd: examples,
        env: { ...programEnvironment(), AMQP_URL: vhost.amqpUrl, ...keeping.environment },
        stdio: ['ignore', 'ignore', process.env.TEST_LOG_LEVEL ? 'inherit' : 'ignore'],
      });
      await waitUntil(async () => {
        const queues = await amqp.connect(vhost.amqpUrl);
        try {
          const probe = await queues.createChannel();
          probe.on('error', () => undefined);
          return (await probe.checkQueue('certificates')).consumerCount === 1;
        } finally {
          await queues.close();
        }
      }, LONG);
    },
    async publish(bodies: readonly (object | string)[]) {
      for (const body of bodies) {
        const text = typeof body === 'string' ? body : JSON.stringify(body);
        const type = typeof body === 'string' ? attended.type : (body as typeof attended).type;
        channel.publish(eventsExchange, type, Buffer.from(text), {
          contentType: cloudEventsJson,
          persistent: true,
        });
      }
      await channel.waitForConfirms();
    },
    kill: () => end('SIGKILL'),
    stop: () => end('SIGTERM'),
    /** Messages that are not handled yet. */
    waiting: async () => (await countOf('certificates')).messages,
    /** What has died so far. */
    async dead() {
      for (
        let message = await channel.get('certificates.dead');
        message;
        message = await channel.get('certificates.dead')
      ) {
        dead.push({
          text: message.content.toString('utf8'),
          reason: String(message.properties.headers?.['x-death']?.[0]?.reason),
        });
        channel.ack(message);
      }
      return [...dead];
    },
    async [Symbol.asyncDispose]() {
      await end('SIGKILL');
      await opened.disposeAsync();
    },
  };
}
