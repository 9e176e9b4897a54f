import { eventsExchange, notifierTopology } from '@turnout/contracts/topology';
import { declareTopology, requireExchange } from '@turnout/runtime/rabbitmq';
import type { Channel } from 'amqplib';

const RUN_IT =
  'Declare the topology (npm start does; elsewhere: npm run topology, or node packages/broker/src/cli.ts, with AMQP_URL)';

/**
 * What a publisher asks of the broker, on each new connection. It looks and declares nothing, so its user needs no
 * permission but to write to the exchange. Until the exchange is there, events wait in the outbox.
 *
 * @throws TopologyError that names the program to run
 */
export async function requireEventsExchange(channel: Channel): Promise<void> {
  await requireExchange(channel, eventsExchange, `${RUN_IT}. Until then events wait in the outbox.`);
}

/**
 * What the notifier asks of the broker: that the public exchange is there, and its own queue, which it makes again when
 * somebody has deleted it. Its user needs to configure and write `^turnout\.notifier`, and to read that and the
 * exchange.
 *
 * @throws TopologyError when the exchange is missing, or a queue of ours exists with other properties
 */
export async function declareNotifierQueue(channel: Channel): Promise<void> {
  await requireExchange(channel, eventsExchange, `${RUN_IT}.`);
  await declareTopology(
    channel,
    notifierTopology,
    `Nothing is consumed from it until that is fixed. ${RUN_IT}: it lists every difference and what to do.`,
  );
}
