import { cloudEventsJson } from '@turnout/contracts/events/envelope';
import { notifierQueue, notifierReplayExchange } from '@turnout/contracts/topology';
import type { OutgoingMessage } from '@turnout/runtime/rabbitmq';
import type { TraceHeaders } from '@turnout/runtime/trace-context';

/** The number of the replay, so that a late copy of an earlier death is not taken for a new one. */
export const REPLAY_HEADER = 'x-turnout-replay';
/** For a message without an id: the second in which it died first, which makes it the same letter. */
export const DIED_AT_HEADER = 'x-turnout-died-at';

/** Of the AMQP properties of a dead message, those that a replay sends again. */
export interface ReplayProperties {
  /** As it was, byte for byte; null when it had none. */
  messageId: string | null;
  diedAt: number | null;
  contentType: string | null;
  trace: TraceHeaders;
}

/**
 * The message once more, for the notifier's own queue: other teams' queues got it when it was published. One that had
 * no id gets that of its letter.
 */
export function replayMessage(letter: {
  letterId: string;
  replay: number;
  properties: ReplayProperties;
  body: Buffer;
}): OutgoingMessage {
  const { messageId, diedAt, contentType, trace } = letter.properties;
  return {
    id: messageId ?? letter.letterId,
    exchange: notifierReplayExchange,
    routingKey: notifierQueue,
    contentType: contentType ?? cloudEventsJson,
    headers: {
      ...trace,
      [REPLAY_HEADER]: String(letter.replay),
      ...(diedAt === null ? {} : { [DIED_AT_HEADER]: String(diedAt) }),
    },
    body: letter.body,
  };
}
