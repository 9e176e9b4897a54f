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

/** Straight to one queue, persistent, with what names the message. */
export function toQueue(
  channel: ConfirmChannel,
  queue: string,
  content: Buffer,
  { messageId, contentType, headers }: Partial<MessageProperties>,
): void {
  channel.sendToQueue(queue, content, { persistent: true, messageId, contentType, headers });
}
