import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { type OutgoingMessage, openPublisher, type Publisher } from '@turnout/runtime/rabbitmq';
import { startProxy } from '@turnout/test-kit/start-proxy';
import { callManagement, createTestVhost, type TestVhost } from '@turnout/test-kit/test-vhost';
import { waitUntil } from '@turnout/test-kit/wait-until';
import type { Channel } from 'amqplib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const logger = { info: () => undefined, warn: () => undefined, error: () => undefined };

describe('publishing', () => {
  let vhost: TestVhost;
  beforeAll(async () => {
    vhost = await createTestVhost({ empty: true });
  });
  afterAll(() => vhost.drop());

  /** An exchange and a queue of this name; only messages with routing key `wanted` reach the queue. */
  const declare =
    (name: string, queueArguments: object = {}) =>
    async (channel: Channel) => {
      await channel.assertExchange(name, 'topic', { durable: true });
      await channel.assertQueue(name, { durable: true, arguments: queueArguments });
      await channel.bindQueue(name, name, 'wanted');
    };

  async function open(
    name: string,
    options: { url?: string; queueArguments?: object } = {},
  ): Promise<Publisher> {
    const { url = vhost.amqpUrl, queueArguments } = options;
    const publisher = openPublisher({ url, name, logger, setup: declare(name, queueArguments) });
    await waitUntil(() => publisher.connected);
    return publisher;
  }

  const messages = (exchange: string, count: number, routingKey = 'wanted'): OutgoingMessage[] =>
    Array.from({ length: count }, () => ({
      id: crypto.randomUUID(),
      exchange,
      routingKey,
      contentType: 'text/plain',
      headers: {},
      body: 'hello',
    }));

  async function taken(queue: string): Promise<{ id: string; redelivered: boolean; mode: number }[]> {
    const body = { count: 5_000, ackmode: 'ack_requeue_false', encoding: 'auto' };
    const found = await callManagement('POST', `/api/queues/${vhost.name}/${queue}/get`, body);
    const list = found as {
      redelivered: boolean;
      properties: { message_id: string; delivery_mode: number };
    }[];
    return list.map(({ redelivered, properties: { message_id: id, delivery_mode: mode } }) => {
      return { id, redelivered, mode };
    });
  }

  it('tells routed messages from those that no queue wanted, in one batch', async () => {
    await using publisher = await open('mixed');
    const [first, second, third] = [
      messages('mixed', 1),
      messages('mixed', 2, 'unwanted'),
      messages('mixed', 1),
    ];
    const outcomes = await publisher.publishAll([...first, ...second, ...third], 5_000);
    expect(outcomes).toEqual(['confirmed', 'returned', 'returned', 'confirmed']);
    const held = await taken('mixed');
    expect(held.map(({ id }) => id)).toEqual([first[0]?.id, third[0]?.id]);
    expect(held.map(({ mode }) => mode)).toEqual([2, 2]);
  });

  it('says when the broker refuses a message', async () => {
    const queueArguments = { 'x-max-length': 1, 'x-overflow': 'reject-publish' };
    await using publisher = await open('full', { queueArguments });
    expect(await publisher.publishAll(messages('full', 1), 5_000)).toEqual(['confirmed']);
    expect(await publisher.publishAll(messages('full', 1), 5_000)).toEqual(['nacked']);
  });

  it('goes on with a fresh channel after a refusal: the old one may know a lost leader only', async () => {
    const queueArguments = { 'x-max-length': 1, 'x-overflow': 'reject-publish' };
    await using publisher = await open('fresh', { queueArguments });
    const channels = async () => {
      const found = (await callManagement('GET', `/api/vhosts/${vhost.name}/channels`)) as { name: string }[];
      return found
        .map(({ name }) => name)
        .toSorted()
        .join();
    };
    await publisher.publishAll(messages('fresh', 1), 5_000);
    expect(await publisher.publishAll(messages('fresh', 1), 5_000)).toEqual(['nacked']);
    await waitUntil(() => publisher.connected);
    await taken('fresh');
    expect(await publisher.publishAll(messages('fresh', 1), 5_000)).toEqual(['confirmed']);
    await waitUntil(async () => / \(2\)/.test(await channels()));
  });

  it('does not know anything without a broker, and says so at once', async () => {
    await using publisher = openPublisher({ url: 'amqp://127.0.0.1:1', name: 'none', logger });
    expect(publisher.connected).toBe(false);
    expect(await publisher.publishAll(messages('none', 2), 5_000)).toEqual(['unknown', 'unknown']);
  });

  it('calls messages unknown when the answers are lost, and never sends them again by itself', async () => {
    await using proxy = await startProxy(vhost.amqpUrl);
    await using publisher = await open('lost-answers', { url: proxy.url });
    proxy.loseAnswers();
    const sent = messages('lost-answers', 200);
    const outcomes = await publisher.publishAll(sent, 1_000);
    expect(new Set(outcomes)).toEqual(new Set(['unknown']));
    proxy.heal();
    await waitUntil(() => publisher.connected);
    expect(await publisher.publishAll(messages('lost-answers', 1), 5_000)).toEqual(['confirmed']);
    const held = await taken('lost-answers');
    expect(held).toHaveLength(sent.length + 1);
    expect(held.slice(0, -1).map(({ id }) => id)).toEqual(sent.map(({ id }) => id));
  });

  it('calls messages unknown when the connection breaks under them, and connects again', async () => {
    await using proxy = await startProxy(vhost.amqpUrl);
    await using publisher = await open('cut', { url: proxy.url });
    proxy.loseAnswers();
    const answer = publisher.publishAll(messages('cut', 50), 5_000);
    proxy.cut();
    expect(new Set(await answer)).toEqual(new Set(['unknown']));
    proxy.heal();
    await waitUntil(() => publisher.connected);
    expect(await publisher.publishAll(messages('cut', 1), 5_000)).toEqual(['confirmed']);
  });

  it('survives an exchange that does not exist, and works when it does', async () => {
    await using publisher = await open('late');
    expect(await publisher.publishAll(messages('nowhere', 1), 5_000)).toEqual(['unknown']);
    await waitUntil(async () => (await publisher.publishAll(messages('late', 1), 5_000))[0] === 'confirmed');
  });

  it('survives that an operator closes its connection', async () => {
    await using publisher = await open('closed');
    await closeConnection(vhost.name, 'closed');
    await waitUntil(() => !publisher.connected);
    await waitUntil(() => publisher.connected);
    expect(await publisher.publishAll(messages('closed', 1), 5_000)).toEqual(['confirmed']);
  });

  it('gives up at once what is under way when the broker blocks publishers, until it is unblocked', async () => {
    await using broker = await startBlockingProxy(vhost.amqpUrl);
    await using publisher = await open('blocked', { url: broker.url });
    broker.holdAnswers(true);
    const answer = publisher.publishAll(messages('blocked', 3), 20_000);
    broker.send(connectionBlocked('low on disk'));
    expect(await answer).toEqual(['unknown', 'unknown', 'unknown']);
    expect(publisher.connected).toBe(false);
    expect(await publisher.publishAll(messages('blocked', 1), 20_000)).toEqual(['unknown']);
    broker.send(connectionUnblocked);
    broker.holdAnswers(false);
    await waitUntil(() => publisher.connected);
  });
});

async function closeConnection(vhost: string, name: string): Promise<void> {
  const found = await waitUntil(
    async () => {
      const path = `/api/vhosts/${vhost}/connections`;
      const connections = (await callManagement('GET', path)) as {
        name: string;
        client_properties: { connection_name?: string };
      }[];
      return connections.find(({ client_properties }) => client_properties.connection_name === name);
    },
    { every: 200 },
  );
  await callManagement('DELETE', `/api/connections/${encodeURIComponent(found.name)}`);
}

const CONNECTION_CLASS = 10;

/** A method frame on channel 0, as RabbitMQ sends it when a resource alarm goes on or off. */
function connectionFrame(method: number, fields: Buffer): Buffer {
  const head = Buffer.from([1, 0, 0, 0, 0, 0, 4 + fields.length, 0, CONNECTION_CLASS, 0, method]);
  return Buffer.concat([head, fields, Buffer.from([0xce])]);
}

function connectionBlocked(reason: string): Buffer {
  return connectionFrame(60, Buffer.concat([Buffer.from([reason.length]), Buffer.from(reason)]));
}

const connectionUnblocked = connectionFrame(61, Buffer.alloc(0));

/**
 * The real broker, with a say in what it answers: an alarm of the broker itself would block every test that runs
 * beside this one.
 */
async function startBlockingProxy(targetUrl: string) {
  const target = new URL(targetUrl);
  let client: Socket | undefined;
  let held = false;
  const server = createServer((socket) => {
    client = socket;
    const upstream = connect(Number(target.port), target.hostname);
    socket.pipe(upstream);
    upstream.on('data', (chunk) => held || socket.write(chunk));
    for (const end of [socket, upstream]) {
      end.on('error', () => undefined);
      end.on('close', () => {
        socket.destroy();
        upstream.destroy();
      });
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = new URL(targetUrl);
  url.port = String((server.address() as { port: number }).port);
  return {
    url: url.href,
    holdAnswers: (hold: boolean) => {
      held = hold;
    },
    send: (frame: Buffer) => client?.write(frame),
    async [Symbol.asyncDispose]() {
      client?.destroy();
      server.close();
    },
  };
}
