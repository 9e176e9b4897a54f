import { type OutgoingMessage, openConsumer, openPublisher } from '@turnout/runtime/rabbitmq';
import { type FaultProxy, startProxy } from '@turnout/test-kit/start-proxy';
import { createTestVhost, type TestVhost } from '@turnout/test-kit/test-vhost';
import { waitUntil } from '@turnout/test-kit/wait-until';
import type { Channel } from 'amqplib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const logger = { info: () => undefined, warn: () => undefined, error: () => undefined };
const queue = 'nodes';
const setup = async (channel: Channel) => void (await channel.assertQueue(queue));

/** Two ways to one broker: to a client they are nodes of a cluster. */
describe('with several nodes in its URL, a client', () => {
  const opened = new AsyncDisposableStack();
  let vhost: TestVhost;
  let nodes: [FaultProxy, FaultProxy];
  let url: string;
  beforeAll(async () => {
    vhost = opened.use(await createTestVhost({ empty: true }));
    nodes = [opened.use(await startProxy(vhost.amqpUrl)), opened.use(await startProxy(vhost.amqpUrl))];
    url = nodes.map((node) => node.url).join(', ');
  });
  afterAll(() => opened.disposeAsync());

  const message = (): OutgoingMessage => ({
    id: crypto.randomUUID(),
    exchange: '',
    routingKey: queue,
    contentType: 'text/plain',
    headers: {},
    body: 'hello',
  });

  it('publishes and consumes through the other node when the one it uses is lost, each time', async () => {
    await using publisher = openPublisher({ url, name: 'publisher', logger, setup });
    const received: string[] = [];
    await using consumer = openConsumer({
      url,
      name: 'consumer',
      queue,
      prefetch: 10,
      logger,
      setup,
      async onMessages(batch) {
        for (const delivery of batch) {
          received.push(String(delivery.message.properties.messageId));
          delivery.ack();
        }
      },
    });
    for (const lost of [nodes[0], nodes[1], nodes[0]]) {
      const other = lost === nodes[0] ? nodes[1] : nodes[0];
      other.heal();
      lost.cut();
      await waitUntil(() => publisher.connected && consumer.connected && other.connections === 2);
      const sent = message();
      expect(await publisher.publishAll([sent], 5_000)).toEqual(['confirmed']);
      await waitUntil(() => received.includes(sent.id));
    }
  });

  it('begins at any of them, so that clients spread', async () => {
    for (const node of nodes) node.heal();
    const clients = new AsyncDisposableStack();
    await using _ = clients;
    const busy = () => nodes.every((node) => node.connections > 0);
    // All forty on one node would be a chance of one in 10^12.
    const publishers = Array.from({ length: 40 }, (_, index) =>
      clients.use(openPublisher({ url, name: `client ${index}`, logger })),
    );
    await waitUntil(() => publishers.every(({ connected }) => connected));
    expect(busy()).toBe(true);
  });
});
