import type { EventEmitter } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ChannelModel } from 'amqplib';
import { connectToNode, nodesOf } from './rabbitmq-nodes.ts';
import { TopologyError } from './rabbitmq-topology.ts';

/** The part of a logger that this package's connections use. */
export interface Log {
  info(facts: object, message: string): void;
  warn(facts: object, message: string): void;
  error(facts: object, message: string): void;
}

export interface LinkOptions<Session> {
  /** One URL, or those of a cluster's nodes, separated by commas. */
  url: string;
  /** Shown in the broker's list of connections. */
  name: string;
  logger: Log;
  /**
   * Makes what the caller needs on a fresh connection. A throw, or 10 s without a result, means: discard, try again.
   */
  open(connection: ChannelModel): Promise<Session>;
  /** The session is over: settle what was under way. Called once for each session that was opened. */
  onLost(session: Session): void;
}

export interface Link<Session> {
  /** The session on the present connection; undefined while there is none. */
  readonly session: Session | undefined;
  /** Drops the connection at once, without waiting for the broker, and makes another. */
  discard(reason: string): void;
  close(): Promise<void>;
}

const OPEN_TIMEOUT_MS = 10_000;
const CLOSE_TIMEOUT_MS = 1_000;
const FIRST_RETRY_MS = 100;
const LAST_RETRY_MS = 2_000;
/** A session that lasted this long was a good one: the next loss is retried at once. */
const SETTLED_MS = 5_000;

/**
 * Keeps one connection to the broker, for ever: connects, opens a session on it, and starts again with back-off
 * whenever either is lost. An outage is logged once when it begins and once when it ends. A broker that is there and
 * has not what is needed is an outage too, and is told as what it is.
 *
 * Of several nodes of a cluster any will do. The first one is drawn, so that services spread over them; after a loss or
 * a refusal it is the next one's turn, and pauses grow only when all of them were tried.
 *
 * A dead peer is noticed by heartbeats, after two of 5 s without a byte. amqplib ends such a socket politely and
 * keeps it; here it is destroyed.
 */
export function keepConnected<Session>(options: LinkOptions<Session>): Link<Session> {
  const { name, logger } = options;
  const nodes = nodesOf(options.url);
  const closing = new AbortController();
  let turn = Math.floor(Math.random() * nodes.length);
  let session: Session | undefined;
  let drop: (reason: string) => void = () => undefined;
  let broken = false;
  let lacking = '';

  async function once(): Promise<void> {
    const node = nodes[turn % nodes.length] as string;
    turn += 1;
    const connection = await connectToNode(node, name);
    const { promise: lost, reject: lose } = Promise.withResolvers<never>();
    lost.catch(() => undefined);
    drop = (reason) => lose(new Error(reason));
    // Without this listener, a throw in any handler of an event ends the process.
    for (const emitter of [connection, connection.connection as unknown as EventEmitter]) {
      emitter.on('handler-error', lose);
    }
    connection.on('error', lose);
    connection.on('close', (error?: Error) => lose(error ?? new Error('the connection was closed')));

    let opened: Session | undefined;
    try {
      if (closing.signal.aborted) return;
      opened = await Promise.race([lost, options.open(connection), rejectAfter(OPEN_TIMEOUT_MS)]);
      session = opened;
      if (broken) logger.info({ connection: name }, 'RabbitMQ is connected again');
      broken = false;
      lacking = '';
      await lost;
    } finally {
      session = undefined;
      if (opened !== undefined) options.onLost(opened);
      await end(connection, closing.signal.aborted);
    }
  }

  async function forever(): Promise<void> {
    for (let failures = 0; !closing.signal.aborted; ) {
      const startedAt = performance.now();
      try {
        await once();
      } catch (error) {
        if (closing.signal.aborted) return;
        if (error instanceof TopologyError) {
          if (error.message !== lacking) logger.error({ connection: name, ...error.problem }, error.message);
          lacking = error.message;
        } else if (!broken) {
          logger.warn({ connection: name, err: error }, 'no connection to RabbitMQ, trying again');
        }
        broken = true;
      }
      failures = performance.now() - startedAt > SETTLED_MS ? 0 : failures + 1;
      const rounds = Math.floor(failures / nodes.length);
      const delay = Math.min(FIRST_RETRY_MS * 2 ** rounds, LAST_RETRY_MS) * (0.5 + Math.random() / 2);
      await sleep(delay, undefined, { signal: closing.signal }).catch(() => undefined);
    }
  }

  const running = forever();
  return {
    get session() {
      return session;
    },
    discard: (reason) => drop(reason),
    async close() {
      closing.abort();
      drop('closing');
      // An attempt to connect can take longer; it ends by itself, and its socket with it.
      await Promise.race([running, sleep(CLOSE_TIMEOUT_MS, undefined, { ref: false })]);
    },
  };
}

/** Ends a connection: politely when asked to, and always for good. The error makes amqplib close its channels too. */
async function end(connection: ChannelModel, politely: boolean): Promise<void> {
  if (politely) {
    const closed = Promise.resolve().then(() => connection.close());
    await Promise.race([closed, rejectAfter(CLOSE_TIMEOUT_MS)]).catch(() => undefined);
  }
  const { stream } = connection.connection as unknown as { stream: { destroy(error: Error): void } };
  stream.destroy(new Error('discarded'));
}

async function rejectAfter(ms: number): Promise<never> {
  await sleep(ms, undefined, { ref: false });
  throw new Error(`RabbitMQ did not answer within ${ms} ms`);
}
