import { once } from 'node:events';
import { cloudEventsJson } from '@turnout/contracts/events/envelope';
import { eventsExchange } from '@turnout/contracts/topology';
import type { Db } from '@turnout/runtime/postgres';
import { connect } from 'amqplib';

interface Body {
  message_id: string;
  routing_key: string;
  body: string;
}

/**
 * The floor: the same bodies, from memory, on one channel as fast as it takes them, persistent and mandatory, until the
 * broker has confirmed the last. Nothing is read from a database, and nothing written down.
 *
 * @returns messages a second
 */
export async function publishRaw(db: Db, amqpUrl: string, count: number): Promise<number> {
  const bodies = await db.query<Body>(
    'select message_id, routing_key, body from bench.messages where position <= $1 order by position',
    [count],
  );
  const connection = await connect(amqpUrl);
  const channel = await connection.createConfirmChannel();
  let returned = 0;
  channel.on('return', () => {
    returned += 1;
  });
  const began = performance.now();
  for (const { message_id: messageId, routing_key, body } of bodies) {
    const options = { persistent: true, mandatory: true, contentType: cloudEventsJson, messageId };
    if (!channel.publish(eventsExchange, routing_key, Buffer.from(body), options))
      await once(channel, 'drain');
  }
  await channel.waitForConfirms();
  const seconds = (performance.now() - began) / 1000;
  await connection.close();
  if (returned > 0) throw new Error(`${returned} messages were returned`);
  return count / seconds;
}
