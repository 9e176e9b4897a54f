import { eventsExchange, notifierQueue, notifierReplayExchange } from '@turnout/contracts/topology';
import { type Consumer, openConsumer, openPublisher, type Publisher } from '@turnout/runtime/rabbitmq';
import { callManagement, createTestVhost, type TestVhost } from '@turnout/test-kit/test-vhost';
import { waitUntil } from '@turnout/test-kit/wait-until';
import { connect } from 'amqplib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { declareBroker } from '../src/declare-broker.ts';
import { declareNotifierQueue, requireEventsExchange } from '../src/require-broker.ts';
import { NOTHING, urlOfUser } from './test-users.ts';

const publishes = { configure: NOTHING, write: '^turnout\\.events$', read: NOTHING };
const notifies = {
  configure: '^turnout\\.notifier',
  write: '^turnout\\.notifier',
  read: '^turnout\\.(notifier|events)',
};

let vhost: TestVhost;
let opened: AsyncDisposableStack;
let errors: string[];
let warnings: string[];
beforeEach(async () => {
  vhost = await createTestVhost({ empty: true });
  opened = new AsyncDisposableStack();
  errors = [];
  warnings = [];
});
afterEach(async () => {
  await opened.disposeAsync();
  await vhost.drop();
});

const logger = {
  info: () => undefined,
  warn: (_facts: object, message: string) => warnings.push(message),
  error: (_facts: object, message: string) => errors.push(message),
};

async function publisher(): Promise<Publisher> {
  const url = await urlOfUser(vhost, publishes);
  return opened.use(openPublisher({ url, name: 'publisher', logger, setup: requireEventsExchange }));
}

async function notifier(received: string[] = []): Promise<Consumer> {
  const url = await urlOfUser(vhost, notifies);
  const onMessages = async (batch: readonly { message: { content: Buffer }; ack(): void }[]) => {
    for (const { message, ack } of batch) {
      received.push(message.content.toString());
      ack();
    }
  };
  const options = { queue: notifierQueue, prefetch: 10, setup: declareNotifierQueue, onMessages };
  return opened.use(openConsumer({ url, name: 'notifier', logger, ...options }));
}

async function publish(through: Publisher, body: string): Promise<unknown> {
  const message = { id: crypto.randomUUID(), exchange: eventsExchange, routingKey: 'turnout.test' };
  const [outcome] = await through.publishAll(
    [{ ...message, contentType: 'text/plain', headers: {}, body }],
    5_000,
  );
  return outcome;
}

const declare = () => declareBroker({ url: vhost.amqpUrl });
const deleteQueue = (name: string) => callManagement('DELETE', `/api/queues/${vhost.name}/${name}`);

describe('a service that publishes', () => {
  it('needs no permission but to write to the exchange', async () => {
    await declare();
    const service = await publisher();
    await waitUntil(() => service.connected);
    expect(await publish(service, 'fact')).toBe('confirmed');
    expect([...errors, ...warnings]).toEqual([]);
  });

  it('says once which program makes what is missing, and goes on by itself when it has run', async () => {
    const service = await publisher();
    await waitUntil(() => errors.length > 0);
    expect(errors[0]).toMatch(/^exchange turnout\.events is missing\. .*packages\/broker\/src\/cli\.ts/);
    expect(errors[0]).toContain('events wait in the outbox');
    expect(service.connected).toBe(false);
    expect(await publish(service, 'fact')).toBe('unknown');

    await declare();
    await waitUntil(() => service.connected);
    expect(await publish(service, 'fact')).toBe('confirmed');
    expect(errors).toHaveLength(1);
    expect(warnings).toEqual([]);
  });
});

describe('the notifier', () => {
  it('can put a message into its own queue, and into no other, with those permissions', async () => {
    await declare();
    const received: string[] = [];
    const service = await notifier(received);
    await waitUntil(() => service.connected);
    const url = await urlOfUser(vhost, notifies);
    const replays = opened.use(openPublisher({ url, name: 'replays', logger, setup: declareNotifierQueue }));
    await waitUntil(() => replays.connected);
    const message = { id: crypto.randomUUID(), contentType: 'text/plain', headers: {}, body: 'again' };
    const own = { ...message, exchange: notifierReplayExchange, routingKey: notifierQueue };
    expect(await replays.publishAll([own], 5_000)).toEqual(['confirmed']);
    await waitUntil(() => received.length === 1);
    const any = { ...message, exchange: '', routingKey: 'somebody.elses' };
    expect(await replays.publishAll([any], 5_000)).toEqual(['unknown']);
  });

  it('makes its own queue again after somebody deleted it, with permissions on nothing else', async () => {
    await declare();
    const received: string[] = [];
    const service = await notifier(received);
    const source = await publisher();
    await waitUntil(() => service.connected && source.connected);
    await publish(source, 'before');
    await waitUntil(() => received.length === 1);

    await deleteQueue(notifierQueue);
    await waitUntil(() => !service.connected);
    await waitUntil(() => service.connected);
    await publish(source, 'after');
    await waitUntil(() => received.length === 2);
    expect(received).toEqual(['before', 'after']);
    expect(await declare()).toBeTruthy(); // what it made is what the program makes
    expect(errors).toEqual([]);
  });

  it('does not make what is not its own', async () => {
    const service = await notifier();
    await waitUntil(() => errors.length > 0);
    expect(errors[0]).toMatch(/^exchange turnout\.events is missing\. /);
    expect(service.connected).toBe(false);
    const exchanges = (await callManagement('GET', `/api/exchanges/${vhost.name}`)) as { name: string }[];
    expect(exchanges.filter(({ name }) => name.startsWith('turnout.'))).toEqual([]);
    await declare();
    await waitUntil(() => service.connected);
  });

  it('takes nothing from a queue of its name with another limit, and says so', async () => {
    await declare();
    await deleteQueue(notifierQueue);
    const connection = await connect(vhost.amqpUrl);
    const channel = await connection.createChannel();
    const limited = { 'x-queue-type': 'quorum', 'x-delivery-limit': 5 };
    await channel.assertQueue(notifierQueue, { durable: true, arguments: limited });
    channel.sendToQueue(notifierQueue, Buffer.from('waiting'));
    await connection.close();

    const received: string[] = [];
    const service = await notifier(received);
    await waitUntil(() => errors.length > 0);
    expect(errors[0]).toMatch(/^queue turnout\.notifier has .*, expected /);
    expect(errors[0]).toContain('packages/broker/src/cli.ts');
    expect(service.connected).toBe(false);
    expect(received).toEqual([]);

    await deleteQueue(notifierQueue);
    await waitUntil(() => service.connected);
    expect(errors).toHaveLength(1);
  });
});
