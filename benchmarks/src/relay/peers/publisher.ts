import { connect } from 'amqplib';

export interface BenchMessage {
  id: string;
  routingKey: string;
  body: string;
}

const { AMQP_URL = '', EXCHANGE = '' } = process.env;

/**
 * Publishes persistent and mandatory messages, each settled when the broker has confirmed it: what every peer calls.
 */
export async function openPeerPublisher(): Promise<(message: BenchMessage) => Promise<void>> {
  const connection = await connect(AMQP_URL);
  const channel = await connection.createConfirmChannel();
  channel.on('return', () => {
    throw new Error('a message was returned as unroutable');
  });
  const options = { persistent: true, mandatory: true, contentType: 'application/cloudevents+json' };
  return async ({ id, routingKey, body }) => {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    channel.publish(EXCHANGE, routingKey, Buffer.from(body), { ...options, messageId: id }, (error) => {
      if (error) reject(error);
      else resolve();
    });
    await promise;
  };
}
