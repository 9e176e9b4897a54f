import { setTimeout as sleep } from 'node:timers/promises';
import type { Channel, ChannelModel, ConsumeMessage } from 'amqplib';
import { keepConnected, type Log } from './rabbitmq-connection.ts';
import { onOwnChannel } from './rabbitmq-topology.ts';

export interface Delivery {
  readonly message: ConsumeMessage;
  /** Done: the broker may forget it. */
  ack(): void;
  /**
   * Not to be handled: `requeue: false` sends it to the dead-letter queue, `requeue: true` back to its queue,
   * which counts towards the delivery limit.
   */
  reject(options: { requeue: boolean }): void;
}

export interface ConsumerConfig {
  /** One URL, or those of a cluster's nodes, separated by commas. */
  url: string;
  /** Shown in the broker's list of connections. */
  name: string;
  queue: string;
  /** Deliveries held without an answer, and so the largest batch. */
  prefetch: number;
  logger: Log;
  /** Declares the queue, on each new connection and again after the queue was deleted; on a channel of its own. */
  setup?: (channel: Channel) => Promise<void>;
  /**
   * Handles what has arrived, one batch at a time. Calls ack or reject on each delivery; the answers go to the broker
   * when the batch ends, in the order of delivery. A throw means "not now" (a database that is down): deliveries
   * without an answer are kept and offered again after a pause, without counting towards the delivery limit.
   * A message that can never be handled must be rejected, or it is offered for ever.
   */
  onMessages: (batch: readonly Delivery[]) => Promise<void>;
}

export interface Consumer extends AsyncDisposable {
  readonly connected: boolean;
  /** Asks the broker what waits; null while there is no connection to ask on. Rejects when it does not say. */
  waiting(): Promise<QueuedMessages | null>;
  /** Takes no more deliveries, finishes those that have arrived, closes. */
  stop(): Promise<void>;
}

export interface QueuedMessages {
  /** In the queue, handed to nobody. */
  ready: number;
  /** Handed to this consumer, and not answered yet. */
  held: number;
}

interface Session {
  connection: ChannelModel;
  channel: Channel;
  consumerTag: string;
  lost: boolean;
  arrived: Held[];
  /** How many of those that arrived are being handled. */
  handling: number;
}

interface Held extends Delivery {
  answer: 'ack' | 'reject' | 'requeue' | undefined;
}

const FIRST_PAUSE_MS = 200;
const LAST_PAUSE_MS = 5_000;
const CANCEL_TIMEOUT_MS = 1_000;

/** Opens a consumer. Connects in the background, for ever: see `keepConnected`. */
export function openConsumer(config: ConsumerConfig): Consumer {
  const { name, queue, prefetch, logger } = config;
  const stopping = new AbortController();
  let latest: Session | undefined;
  let running: Promise<void> | undefined;
  let stopped: Promise<void> | undefined;

  const link = keepConnected<Session>({
    url: config.url,
    name,
    logger,
    async open(connection) {
      if (config.setup) await onOwnChannel(connection, config.setup);
      const channel = await connection.createChannel();
      channel.on('error', (error) => link.discard(error.message));
      channel.on('close', () => link.discard('the channel was closed'));
      channel.on('handler-error', (error) => link.discard(error.message));
      await channel.prefetch(prefetch);
      const session: Session = {
        connection,
        channel,
        consumerTag: '',
        lost: false,
        arrived: [],
        handling: 0,
      };
      if (latest !== undefined) lose(latest);
      latest = session;
      const onMessage = (message: ConsumeMessage | null) => {
        // The server cancels a consumer whose queue is deleted.
        if (message === null) return link.discard(`the queue ${queue} was deleted`);
        session.arrived.push(hold(message));
        run(session);
      };
      const { consumerTag } = await channel.consume(queue, onMessage);
      session.consumerTag = consumerTag;
      return session;
    },
    onLost: lose,
  });

  function run(session: Session): void {
    running ??= Promise.resolve()
      .then(() => handleAll(session))
      .finally(() => {
        running = undefined;
        if (latest !== undefined && latest.arrived.length > 0 && !stopping.signal.aborted) run(latest);
      });
  }

  async function handleAll(session: Session): Promise<void> {
    for (let failures = 0; session.arrived.length > 0; ) {
      const batch = session.arrived.splice(0);
      session.handling = batch.length;
      const failed = await handle(batch);
      session.handling = 0;
      if (session.lost) return;
      answer(session.channel, batch);
      if (!failed) {
        failures = 0;
        continue;
      }
      session.arrived.unshift(...batch.filter((delivery) => delivery.answer === undefined));
      const pause = Math.min(FIRST_PAUSE_MS * 2 ** failures, LAST_PAUSE_MS);
      failures += 1;
      await sleep(pause, undefined, { signal: stopping.signal }).catch(() => undefined);
      if (stopping.signal.aborted) return;
    }
  }

  async function handle(batch: readonly Held[]): Promise<boolean> {
    try {
      await config.onMessages(batch);
      const unanswered = batch.filter((delivery) => delivery.answer === undefined).length;
      if (unanswered === 0) return false;
      logger.error({ connection: name, queue, unanswered }, 'deliveries were left unacknowledged');
    } catch (error) {
      logger.warn({ connection: name, queue, err: error }, 'deliveries could not be handled, trying again');
    }
    return true;
  }

  async function stop(): Promise<void> {
    stopping.abort();
    const { session } = link;
    if (session !== undefined) {
      const cancelled = Promise.resolve().then(() => session.channel.cancel(session.consumerTag));
      await Promise.race([cancelled, sleep(CANCEL_TIMEOUT_MS, undefined, { ref: false })]).catch(
        () => undefined,
      );
    }
    await running;
    await link.close();
  }

  return {
    get connected() {
      return link.session !== undefined;
    },
    async waiting() {
      const { session } = link;
      if (session === undefined) return null;
      // A refusal closes the channel it is about, so not on the one that consumes.
      const { messageCount } = await onOwnChannel(session.connection, (channel) => channel.checkQueue(queue));
      return { ready: messageCount, held: session.arrived.length + session.handling };
    },
    stop: () => (stopped ??= stop()),
    [Symbol.asyncDispose]: () => (stopped ??= stop()),
  };
}

function hold(message: ConsumeMessage): Held {
  const held: Held = {
    message,
    answer: undefined,
    ack: () => {
      held.answer = 'ack';
    },
    reject: ({ requeue }) => {
      held.answer = requeue ? 'requeue' : 'reject';
    },
  };
  return held;
}

/** The broker gives these deliveries to somebody again; to answer them on another channel is a protocol error. */
function lose(session: Session): void {
  session.lost = true;
  session.arrived = [];
}

/** `reject`, never `nack`: from RabbitMQ 4.3 only a reject counts towards the delivery limit. */
function answer(channel: Channel, batch: readonly Held[]): void {
  try {
    for (const { message, answer } of batch) {
      if (answer === 'ack') channel.ack(message);
      else if (answer !== undefined) channel.reject(message, answer === 'requeue');
    }
  } catch {
    // The channel closed in between: amqplib throws at once, and the broker redelivers.
  }
}
