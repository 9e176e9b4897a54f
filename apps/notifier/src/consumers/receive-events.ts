/**
 * From the queue to what is owed to people.
 *
 * What has arrived is stored in one transaction: an inbox row for each event that was not there before, and a delivery
 * for each message it calls for. Only then is it acknowledged. So an event has its effect exactly once, however often
 * it is delivered, to however many notifiers, and wherever one of them is killed: before the commit nothing happened,
 * after it the inbox row says so.
 *
 * - A message that can't be read will never be readable. It goes to the dead-letter queue at once, alone.
 * - A database that is away, read-only or not as it should be is not the message's fault. The error goes to the
 *   consumer, which keeps the messages and offers them again; nothing counts towards the delivery limit.
 * - An error that comes from one of the messages would fail its neighbours with it. They are taken one by one, and the
 *   one that fails goes back to the queue, which counts; at the limit the broker moves it to the dead-letter queue.
 */
import { context, ROOT_CONTEXT } from '@opentelemetry/api';
import { uuid } from '@turnout/contracts/primitives';
import { failpoint } from '@turnout/runtime/failpoint';
import type { Logger } from '@turnout/runtime/logger';
import type { Db } from '@turnout/runtime/postgres';
import type { Delivery } from '@turnout/runtime/rabbitmq';
import { inSpan, inTrace } from '@turnout/runtime/trace-context';
import { countReceived } from '../metrics.ts';
import { isMessagesFault } from './is-messages-fault.ts';
import { readEvent } from './read-event.ts';
import type { ReceivedEvent } from './received-event.ts';
import { storeEvents } from './store-events.ts';
import { traceHeaders } from './trace-headers.ts';

export interface ReceiveOptions {
  db: Db;
  channels: { readonly emailOrLog: 'email' | 'log' };
  logger: Logger;
  /** Told after a commit that made deliveries. A hint: they are found without it. */
  onStored: () => void;
}

type Held = ReceivedEvent & { delivery: Delivery };

/** The function to which the consumer of the notifier's queue hands what arrives. */
export function receiveEvents(options: ReceiveOptions): (batch: readonly Delivery[]) => Promise<void> {
  const { db, channels, logger, onStored } = options;

  async function store(events: readonly Held[]): Promise<void> {
    const counts = await inSpan(
      'store events',
      async () => await storeEvents(db, events, channels.emailOrLog),
      { root: true, attributes: { 'messaging.batch.message_count': events.length } },
    );
    countReceived({
      all: events.length,
      fresh: counts.new,
      times: events.map(({ event }) => Date.parse(event.time)),
    });
    failpoint('notifier.stored');
    for (const { delivery } of events) delivery.ack();
    logger.debug({ received: events.length, ...counts }, 'events stored');
    if (counts.forgotten > 0) {
      logger.warn({ forgotten: counts.forgotten }, 'events older than the inbox remembers are ignored');
    }
    if (counts.deliveries > 0) onStored();
  }

  async function storeOneByOne(events: readonly Held[]): Promise<void> {
    for (const held of events) {
      try {
        await store([held]);
      } catch (error) {
        if (!isMessagesFault(error)) throw error;
        const { id: messageId, type } = held.event;
        inTrace(held.headers, () =>
          logger.error(
            { messageId, type, err: error },
            'an event could not be stored; returned to the queue',
          ),
        );
        held.delivery.reject({ requeue: true });
      }
    }
  }

  async function receive(batch: readonly Delivery[]): Promise<void> {
    const events = readAll(batch, logger);
    if (events.length === 0) return;
    try {
      await store(events);
    } catch (error) {
      if (!isMessagesFault(error)) throw error;
      await storeOneByOne(events);
    }
  }

  // A batch belongs to no single trace, and would otherwise run in that of the message that happened to come first.
  return (batch) => context.with(ROOT_CONTEXT, () => receive(batch));
}

function readAll(batch: readonly Delivery[], logger: Logger): Held[] {
  return batch.flatMap((delivery) => {
    const { content, properties } = delivery.message;
    const read = readEvent(content);
    if ('problem' in read) {
      const { problem, paths } = read;
      // Strangers write whatever they want there.
      const messageId = uuid.safeParse(properties.messageId).data ?? null;
      inTrace(traceHeaders(properties.headers ?? {}), () =>
        logger.warn(
          { messageId, problem, paths, bytes: content.length },
          'a message cannot be read; sent to the dead letters',
        ),
      );
      delivery.reject({ requeue: false });
      return [];
    }
    const headers = traceHeaders({ traceparent: read.event.traceparent, ...properties.headers });
    return [{ ...read, headers, body: content, delivery }];
  });
}
