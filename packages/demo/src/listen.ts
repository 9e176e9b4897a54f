import { eventsExchange } from '@turnout/contracts/topology';
import { type ConsumeMessage, connect } from 'amqplib';

/** A message as it came from the broker. */
export interface Heard {
  messageId: string;
  routingKey: string;
  contentType: string;
  text: string;
}

export interface Listener extends AsyncDisposable {
  /** Every message so far, in the order of arrival. */
  readonly heard: readonly Heard[];
}

const HEARTBEAT_S = 5;

/**
 * Listens to the public stream as any other team may: a connection and a queue of its own, which go together. What
 * the services publish from now on arrives here, whether or not anybody else reads it.
 */
export async function listen(amqpUrl: string): Promise<Listener> {
  const [first = ''] = amqpUrl.split(','); // of a cluster any node will do
  const url = new URL(first);
  url.searchParams.set('heartbeat', String(HEARTBEAT_S));
  const connection = await connect(url.href, { timeout: 10_000 });
  connection.on('error', () => {}); // what does not arrive any more is missed by the checks
  const channel = await connection.createChannel();
  channel.on('error', () => {}); // whoever waits for an answer on it hears it too
  const { queue } = await channel.assertQueue('', { exclusive: true });
  await channel.bindQueue(queue, eventsExchange, 'turnout.#');
  const heard: Heard[] = [];
  await channel.consume(queue, (message) => message && heard.push(toHeard(message)), { noAck: true });
  return { heard, [Symbol.asyncDispose]: async () => await connection.close().catch(() => {}) };
}

function toHeard({ content, fields, properties }: ConsumeMessage): Heard {
  return {
    messageId: String(properties.messageId),
    routingKey: fields.routingKey,
    contentType: String(properties.contentType),
    text: content.toString(),
  };
}
