import { type ConfirmChannel, connect, type MessageProperties } from 'amqplib';

/** Works on a channel with confirms of its own, past all proxies, and closes it. */
export async function onBroker<T>(
  amqpUrl: string,
  work: (channel: ConfirmChannel) => Promise<T>,
): Promise<T> {
  const connection = await connect(`${amqpUrl}?heartbeat=5`, { timeout: 10_000 });
  let lost: Error | undefined;
  connection.on('error', (error: Error) => {
    lost = error;
  });
  try {
    const channel = await connection.createConfirmChannel();
    channel.on('error', (error: Error) => {
      lost = error;
    });
    return await work(channel);
  } catch (error) {
    throw lost ?? error;
  } finally {
    await connection.close().catch(() => undefined);
  }
}

export interface Letter {
  content: Buffer;
  properties: Partial<MessageProperties>;
}

/** Straight into one queue, persistent, under their own names. Throws when the broker has no such queue. */
export async function putIntoQueue(amqpUrl: string, queue: string, letters: Iterable<Letter>): Promise<void> {
  await onBroker(amqpUrl, async (channel) => {
    let returned = 0;
    channel.on('return', () => {
      returned += 1;
    });
    for (const { content, properties } of letters) {
      const { messageId, contentType, headers } = properties;
      channel.sendToQueue(queue, content, {
        mandatory: true,
        persistent: true,
        messageId,
        contentType,
        headers,
      });
    }
    await channel.waitForConfirms();
    if (returned > 0) throw new Error(`${returned} messages for ${queue} came back: there is no such queue`);
  });
}
