import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { brokerTopology } from '@turnout/contracts/topology';
import { programEnvironment } from '@turnout/test-kit/program-environment';
import { callManagement, createTestVhost, type TestVhost } from '@turnout/test-kit/test-vhost';
import { type Channel, connect } from 'amqplib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BrokerMismatch, declareBroker } from '../src/declare-broker.ts';
import { urlOfUser } from './test-users.ts';

let vhost: TestVhost;
beforeEach(async () => {
  vhost = await createTestVhost({ empty: true });
});
afterEach(() => vhost.drop());

const ours = ({ name }: { name: string }) => name.startsWith('turnout.');

async function inBroker() {
  const list = async (what: string) => (await callManagement('GET', `/api/${what}/${vhost.name}`)) as never[];
  const [exchanges, queues, bindings] = await Promise.all(['exchanges', 'queues', 'bindings'].map(list));
  const pick = ({ name, type, arguments: args }: { name: string; type: string; arguments: object }) => ({
    name,
    type,
    arguments: args,
  });
  return {
    exchanges: (exchanges ?? []).filter(ours).map(pick),
    queues: (queues ?? []).filter(ours).map(pick),
    bindings: (bindings ?? []).filter(({ source }) => source !== '').length,
  };
}

async function onChannel<T>(work: (channel: Channel) => Promise<T>): Promise<T> {
  const connection = await connect(vhost.amqpUrl);
  try {
    return await work(await connection.createChannel());
  } finally {
    await connection.close();
  }
}

async function mismatch(url = vhost.amqpUrl): Promise<BrokerMismatch> {
  const error = await declareBroker({ url }).then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (error instanceof BrokerMismatch) return error;
  throw new Error('nothing was found to be otherwise', { cause: error });
}

async function runProgram(environment: Record<string, string>) {
  const program = fileURLToPath(new URL('../src/cli.ts', import.meta.url));
  const child = spawn(process.execPath, [program], { env: { ...programEnvironment(), ...environment } });
  let said = '';
  child.stderr.on('data', (chunk) => {
    said += String(chunk);
  });
  const [code] = (await once(child, 'close')) as [number];
  return { code, said };
}

describe('declaring the topology', () => {
  it('makes everything in an empty place, and changes nothing when it runs again, also twice at once', async () => {
    const { exchanges, queues, bindings } = brokerTopology;
    const declared = { exchanges: exchanges.length, queues: queues.length, bindings: bindings.length };
    expect(await declareBroker({ url: vhost.amqpUrl })).toEqual(declared);
    const first = await inBroker();
    expect(first.queues.map(({ name, arguments: args }) => [name, args]).toSorted()).toEqual(
      queues.map(({ name, arguments: args }) => [name, args]).toSorted(),
    );
    expect(first.exchanges.map(({ name, type }) => [name, type]).toSorted()).toEqual(
      exchanges.map(({ name, type }) => [name, type]).toSorted(),
    );
    expect(first.bindings).toBe(bindings.length);

    const url = vhost.amqpUrl;
    expect(await Promise.all([declareBroker({ url }), declareBroker({ url })])).toEqual([declared, declared]);
    expect(await inBroker()).toEqual(first);
  });

  it('names everything that is otherwise, leaves it alone, and declares the rest', async () => {
    await onChannel(async (channel) => {
      await channel.assertExchange('turnout.events', 'fanout', { durable: true });
      await channel.assertExchange('turnout.notifier.dead', 'fanout', { durable: false });
      await channel.assertQueue('turnout.unrouted', { durable: true });
      await channel.assertQueue('turnout.notifier', {
        durable: true,
        arguments: {
          'x-queue-type': 'quorum',
          'x-delivery-limit': 5,
          'x-dead-letter-exchange': 'turnout.notifier.dead',
          'x-dead-letter-strategy': 'at-least-once',
          'x-overflow': 'reject-publish',
        },
      });
      channel.sendToQueue('turnout.notifier', Buffer.from('kept'));
      while ((await channel.checkQueue('turnout.notifier')).messageCount === 0) await Promise.resolve();
    });
    const before = await inBroker();

    const { problems, message } = await mismatch();
    expect(problems.map(({ sentence }) => sentence)).toEqual([
      'exchange turnout.events has type fanout, expected topic',
      'exchange turnout.notifier.dead has durable false, expected true',
      expect.stringMatching(/^queue turnout\.unrouted has no x-.*, expected /),
      'queue turnout.notifier has x-delivery-limit 5, expected 20',
    ]);
    expect(message.split('\n')).toHaveLength(4);
    expect(message).toContain(
      'expected 20; it holds 1 message and has 0 consumers; delete it when it is empty, then run this again',
    );

    const after = await inBroker();
    expect(after.queues.filter(({ name }) => before.queues.some((one) => one.name === name))).toEqual(
      before.queues,
    );
    expect(after.exchanges.filter(({ name }) => before.exchanges.some((one) => one.name === name))).toEqual(
      before.exchanges,
    );
    expect(after.queues.map(({ name }) => name)).toContain('turnout.notifier.dead');
    const kept = await onChannel((channel) => channel.get('turnout.notifier', { noAck: true }));
    expect(kept).toMatchObject({ content: Buffer.from('kept') });
  });

  it('is content once the operator has deleted what was otherwise', async () => {
    await onChannel((channel) => channel.assertQueue('turnout.notifier.dead', { durable: true }));
    expect((await mismatch()).problems).toHaveLength(1);
    await onChannel((channel) => channel.deleteQueue('turnout.notifier.dead'));
    await declareBroker({ url: vhost.amqpUrl });
    expect((await inBroker()).queues.find(({ name }) => name === 'turnout.notifier.dead')?.type).toBe(
      'quorum',
    );
  });

  it('says what a user lacks who may not declare', async () => {
    const url = await urlOfUser(vhost, { configure: '^$', write: '.*', read: '.*' });
    const { problems, message } = await mismatch(url);
    expect(new Set(problems.map(({ problem }) => problem))).toEqual(new Set(['forbidden']));
    expect(problems.length).toBe(brokerTopology.exchanges.length + brokerTopology.queues.length);
    expect(message).toContain('allow the user to configure, write and read ^turnout\\.');
    expect(await inBroker()).toEqual({ exchanges: [], queues: [], bindings: 0 });
  });

  it('needs no more than to configure, write and read what is ours', async () => {
    const own = '^turnout\\.';
    await declareBroker({ url: await urlOfUser(vhost, { configure: own, write: own, read: own }) });
    expect((await inBroker()).bindings).toBe(brokerTopology.bindings.length);
  });
});

describe('the program', () => {
  it('ends with 0 when all is there, and with 1 and the names of what is otherwise', async () => {
    const right = await runProgram({ AMQP_URL: vhost.amqpUrl });
    expect(right).toEqual({ code: 0, said: expect.stringContaining('declared as expected') });

    await onChannel((channel) => channel.deleteQueue('turnout.unrouted'));
    await onChannel((channel) => channel.assertQueue('turnout.unrouted', { durable: true }));
    const wrong = await runProgram({ AMQP_URL: vhost.amqpUrl });
    expect(wrong.code).toBe(1);
    expect(wrong.said).toMatch(/^queue turnout\.unrouted has no x-.*, expected .* run this again$/m);
  });

  it('ends with 1 when it is told no broker, or one that is not there, and shows no password', async () => {
    expect(await runProgram({})).toEqual({ code: 1, said: expect.stringContaining('AMQP_URL is not set') });
    const { code, said } = await runProgram({ AMQP_URL: 'amqp://user:secret-word@127.0.0.1:9' });
    expect({ code, said }).toEqual({ code: 1, said: expect.stringContaining('could not be reached') });
    expect(said).not.toContain('secret-word');
  });
});
