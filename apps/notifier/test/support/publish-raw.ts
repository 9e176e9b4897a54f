import { connect, type Options } from 'amqplib';

export interface RawMessage extends Options.Publish {
  exchange?: string;
  routingKey?: string;
  body: Buffer | string | object;
}

/** Publishes as any program could, with any properties or none, and waits until the broker has it. */
export async function publishRaw(amqpUrl: string, messages: readonly RawMessage[]): Promise<void> {
  await using broker = await openChannel(amqpUrl);
  for (const { exchange = 'turnout.events', routingKey = 'turnout.test', body, ...properties } of messages) {
    const content = typeof body === 'object' && !Buffer.isBuffer(body) ? JSON.stringify(body) : body;
    broker.channel.publish(exchange, routingKey, Buffer.from(content as string), {
      persistent: true,
      ...properties,
    });
  }
  await broker.channel.waitForConfirms();
}

/** A queue of another team on the public exchange. */
export async function bindOtherTeam(amqpUrl: string, queue: string): Promise<void> {
  await using broker = await openChannel(amqpUrl);
  await broker.channel.assertQueue(queue, { durable: true });
  await broker.channel.bindQueue(queue, 'turnout.events', 'turnout.#');
}

/** How many messages of a queue nobody holds at the moment. */
export async function messagesReady(amqpUrl: string, queue: string): Promise<number> {
  await using broker = await openChannel(amqpUrl);
  return (await broker.channel.checkQueue(queue)).messageCount;
}

async function openChannel(amqpUrl: string) {
  const connection = await connect(amqpUrl);
  const channel = await connection.createConfirmChannel();
  return { channel, [Symbol.asyncDispose]: () => connection.close() };
}
