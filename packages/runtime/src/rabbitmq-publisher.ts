import type { Socket } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Channel, ChannelModel, ConfirmChannel } from 'amqplib';
import { keepConnected, type Log } from './rabbitmq-connection.ts';
import { onOwnChannel } from './rabbitmq-topology.ts';
import { withTraceContext } from './trace-context.ts';

export interface OutgoingMessage {
  /** The AMQP messageId. Unique among the messages under way: a return is matched by it. */
  id: string;
  exchange: string;
  routingKey: string;
  contentType: string;
  headers: Record<string, string>;
  body: Buffer | string;
}

/**
 * - `confirmed`: routed, and the broker has taken responsibility.
 * - `returned`: no queue wanted it. The broker confirms such a message too.
 * - `nacked`: the broker refused it, for instance because a queue is full. Other queues may have it.
 * - `unknown`: no answer. The broker may hold it or not; sending it again must be harmless.
 */
export type PublishOutcome = 'confirmed' | 'returned' | 'nacked' | 'unknown';

export interface PublisherConfig {
  /** One URL, or those of a cluster's nodes, separated by commas. */
  url: string;
  /** Shown in the broker's list of connections. */
  name: string;
  logger: Log;
  /** Looks for, or declares, what is published to; on each new connection, on a channel of its own. */
  setup?: (channel: Channel) => Promise<void>;
}

export interface Publisher extends AsyncDisposable {
  /** False while there is no connection, and while the broker blocks publishers (memory or disk alarm). */
  readonly connected: boolean;
  /**
   * Publishes persistent and mandatory messages in their order and waits for the broker's word on each.
   * Never rejects, never takes longer than the deadline, never sends a message again by itself.
   */
  publishAll(messages: readonly OutgoingMessage[], deadlineMs: number): Promise<PublishOutcome[]>;
}

interface Session {
  connection: ChannelModel;
  channel: ConfirmChannel;
  /** The channel is being replaced. */
  renewing: boolean;
  socket: Socket;
  blocked: boolean;
  /** Ids returned and not yet confirmed: the return comes first, on the same channel. */
  returned: Set<string>;
  /** Ends each running publishAll with what is known so far. */
  waiting: Set<() => void>;
}

/** Messages written before other work of the process gets a turn: about 3 ms. */
const BURST = 100;

/** Opens a publisher. Connects in the background, for ever: see `keepConnected`. */
export function openPublisher({ url, name, logger, setup }: PublisherConfig): Publisher {
  const link = keepConnected<Session>({
    url,
    name,
    logger,
    async open(connection) {
      if (setup) await onOwnChannel(connection, setup);
      const channel = await connection.createConfirmChannel();
      const { stream: socket } = connection.connection as unknown as { stream: Socket };
      socket.prependListener('drain', () => writeTogether(socket));
      const session: Session = {
        connection,
        channel,
        renewing: false,
        socket,
        blocked: false,
        returned: new Set(),
        waiting: new Set(),
      };
      watch(session, channel);
      connection.on('blocked', (reason) => {
        logger.warn({ connection: name, reason }, 'RabbitMQ accepts no messages');
        session.blocked = true;
        for (const giveUp of session.waiting) giveUp();
      });
      connection.on('unblocked', () => {
        logger.info({ connection: name }, 'RabbitMQ accepts messages again');
        session.blocked = false;
      });
      return session;
    },
    onLost(session) {
      for (const giveUp of session.waiting) giveUp();
    },
  });

  function watch(session: Session, channel: ConfirmChannel): void {
    const lost = (reason: string) => {
      if (session.channel === channel) link.discard(reason);
    };
    channel.on('error', (error) => lost(error.message));
    channel.on('close', () => lost('the channel was closed'));
    channel.on('handler-error', (error) => lost(error.message));
    channel.on('return', ({ properties }) => session.returned.add(String(properties.messageId)));
  }

  /**
   * Goes on with a fresh channel. To RabbitMQ before 3.12 a channel that was opened while a quorum queue had lost its
   * leader's node knows that leader only, and has everything refused until that very node is back; a new one finds the
   * new leader.
   */
  async function renew(session: Session): Promise<void> {
    session.renewing = true;
    try {
      const old = session.channel;
      const channel = await session.connection.createConfirmChannel();
      watch(session, channel);
      session.channel = channel;
      await old.close();
    } catch (error) {
      if (link.session === session) link.discard(error instanceof Error ? error.message : 'no new channel');
    } finally {
      session.renewing = false;
    }
  }

  return {
    get connected() {
      return link.session?.blocked === false && !link.session.renewing;
    },
    async publishAll(messages, deadlineMs) {
      const { session } = link;
      if (session === undefined || session.blocked || session.renewing) return messages.map(() => 'unknown');
      const late = () => link.discard(`no confirms within ${deadlineMs} ms`);
      const outcomes = await publishOn(session, messages, deadlineMs, late);
      const refused = outcomes.includes('nacked');
      if (refused && session.waiting.size === 0 && link.session === session) void renew(session);
      return outcomes;
    },
    async [Symbol.asyncDispose]() {
      await link.close();
    },
  };
}

async function publishOn(
  session: Session,
  messages: readonly OutgoingMessage[],
  deadlineMs: number,
  late: () => void,
): Promise<PublishOutcome[]> {
  const outcomes = messages.map((): PublishOutcome => 'unknown');
  const { promise: answered, resolve: answer } = Promise.withResolvers<void>();
  let open = messages.length;
  let over = open === 0;
  const giveUp = () => {
    over = true;
    answer();
  };
  const timer = setTimeout(() => {
    giveUp();
    late();
  }, deadlineMs);
  session.waiting.add(giveUp);

  try {
    writeTogether(session.socket);
    for (const [index, message] of messages.entries()) {
      if (index % BURST === BURST - 1) await nextTurn();
      if (over) break;
      send(session.channel, message, (error) => {
        const outcome = toOutcome(error, session.returned.delete(message.id));
        if (over) return;
        outcomes[index] = outcome;
        open -= 1;
        if (open === 0) answer();
      });
    }
    if (!over) await answered;
  } catch {
    // A closed channel throws at once. Whatever was not answered yet stays unknown.
  } finally {
    over = true;
    clearTimeout(timer);
    session.waiting.delete(giveUp);
  }
  return outcomes;
}

/** amqplib writes each message by itself, which is a system call each; what it writes in the next turns becomes one. */
function writeTogether(socket: Socket): void {
  if (socket.writableCorked > 0) return;
  socket.cork();
  setImmediate(() => setImmediate(() => socket.uncork()));
}

function send(
  channel: ConfirmChannel,
  message: OutgoingMessage,
  settled: (error: Error | null) => void,
): void {
  const { id, exchange, routingKey, contentType, headers } = message;
  const body = typeof message.body === 'string' ? Buffer.from(message.body) : message.body;
  const options = { mandatory: true, persistent: true, messageId: id, contentType, headers };
  withTraceContext(headers, () => channel.publish(exchange, routingKey, body, options, settled));
}

function toOutcome(error: Error | null, wasReturned: boolean): PublishOutcome {
  if (error === null) return wasReturned ? 'returned' : 'confirmed';
  // amqplib gives a refused message and a lost channel the same type of error.
  return error.message === 'message nacked' ? 'nacked' : 'unknown';
}
