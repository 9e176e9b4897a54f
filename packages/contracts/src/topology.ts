/**
 * The broker topology that publishers and our own consumer share, as plain data. One program declares it
 * (packages/broker). Other teams bind queues of their own to `turnout.events`.
 */
export const eventsExchange = 'turnout.events';
const unroutedExchange = 'turnout.unrouted';
const unroutedQueue = 'turnout.unrouted';

export const notifierQueue = 'turnout.notifier';
const notifierDeadLetterExchange = 'turnout.notifier.dead';
/** To the notifier alone. The default exchange would do as well, and needs a permission to write to every queue. */
export const notifierReplayExchange = 'turnout.notifier.replay';
export const notifierDeadLetterQueue = 'turnout.notifier.dead';

/**
 * How often the broker hands one message to the notifier before it is dead-lettered. Lost connections and killed
 * consumers count too, so it leaves room for a bad day.
 */
export const notifierDeliveryLimit = 20;

/** What every publisher needs: the public exchange, and a place where events that no queue wanted can be counted. */
export const publicTopology = {
  exchanges: [
    { name: unroutedExchange, type: 'fanout', durable: true, arguments: {} },
    {
      name: eventsExchange,
      type: 'topic',
      durable: true,
      arguments: { 'alternate-exchange': unroutedExchange },
    },
  ],
  queues: [
    {
      name: unroutedQueue,
      durable: true,
      arguments: { 'x-queue-type': 'quorum', 'x-max-length': 10_000, 'x-overflow': 'drop-head' },
    },
  ],
  bindings: [{ exchange: unroutedExchange, queue: unroutedQueue, routingKey: '' }],
} as const;

/** The notifier's own queue: quorum, with an explicit delivery limit and a dead-letter queue that loses nothing. */
export const notifierTopology = {
  exchanges: [
    { name: notifierDeadLetterExchange, type: 'fanout', durable: true, arguments: {} },
    { name: notifierReplayExchange, type: 'fanout', durable: true, arguments: {} },
  ],
  queues: [
    { name: notifierDeadLetterQueue, durable: true, arguments: { 'x-queue-type': 'quorum' } },
    {
      name: notifierQueue,
      durable: true,
      arguments: {
        'x-queue-type': 'quorum',
        'x-delivery-limit': notifierDeliveryLimit,
        'x-dead-letter-exchange': notifierDeadLetterExchange,
        'x-dead-letter-strategy': 'at-least-once',
        'x-overflow': 'reject-publish',
      },
    },
  ],
  bindings: [
    { exchange: notifierDeadLetterExchange, queue: notifierDeadLetterQueue, routingKey: '' },
    { exchange: eventsExchange, queue: notifierQueue, routingKey: 'turnout.#' },
    { exchange: notifierReplayExchange, queue: notifierQueue, routingKey: '' },
  ],
} as const;

/** All of it: what the program declares. */
export const brokerTopology = {
  exchanges: [...publicTopology.exchanges, ...notifierTopology.exchanges],
  queues: [...publicTopology.queues, ...notifierTopology.queues],
  bindings: [...publicTopology.bindings, ...notifierTopology.bindings],
} as const;
