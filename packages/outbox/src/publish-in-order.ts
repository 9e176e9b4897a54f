import type { PublishOutcome } from '@turnout/runtime/rabbitmq';

export interface Keyed {
  partitionKey: string;
  routingKey: string;
}

/** `waits`: an earlier message of its key is not published yet, so this one may not be counted as published either. */
export type OrderedOutcome = PublishOutcome | 'waits';

/**
 * Publishes messages so that none of a key is routed after an earlier one of that key was refused.
 *
 * All at once would be fast and wrong: by the time a message comes back as unroutable, a later one of its key with
 * another routing key has been delivered. One by one would be right and slow. So they go in waves. Whether a message
 * is routable depends on its routing key only, so a wave takes from each key what is known to be routable and, after
 * that, at most one run of a routing key not seen yet. `routable` remembers; with a handful of routing keys nearly
 * every batch is one wave.
 *
 * A message confirmed behind one that was not (the broker lost a connection, refused one, or a binding went in that
 * very moment) waits too, and is sent again behind it: the last copy of each message is in order.
 */
export async function publishInOrder<Message extends Keyed>(
  messages: readonly Message[],
  routable: Set<string>,
  publishAll: (wave: readonly Message[]) => Promise<PublishOutcome[]>,
): Promise<OrderedOutcome[]> {
  const outcomes = new Map<Message, PublishOutcome>();
  const stopped = new Set<string>();
  let remaining = messages;
  while (remaining.length > 0) {
    const { wave, later } = nextWave(remaining, routable);
    const answers = await publishAll(wave);
    for (const [index, message] of wave.entries()) {
      const outcome = answers[index] ?? 'unknown';
      outcomes.set(message, outcome);
      if (outcome === 'confirmed') routable.add(message.routingKey);
      else stopped.add(message.partitionKey);
      if (outcome === 'returned') routable.delete(message.routingKey);
    }
    if (answers.includes('unknown')) break;
    remaining = later.filter(({ partitionKey }) => !stopped.has(partitionKey));
  }
  return withWaiting(messages, outcomes);
}

function nextWave<Message extends Keyed>(messages: readonly Message[], routable: ReadonlySet<string>) {
  const wave: Message[] = [];
  const later: Message[] = [];
  const unproven = new Map<string, string>();
  const full = new Set<string>();
  for (const message of messages) {
    const { partitionKey, routingKey } = message;
    const trial = unproven.get(partitionKey);
    if (full.has(partitionKey) || (trial !== undefined && trial !== routingKey)) {
      full.add(partitionKey);
      later.push(message);
      continue;
    }
    if (!routable.has(routingKey)) unproven.set(partitionKey, routingKey);
    wave.push(message);
  }
  return { wave, later };
}

function withWaiting<Message extends Keyed>(
  messages: readonly Message[],
  outcomes: ReadonlyMap<Message, PublishOutcome>,
): OrderedOutcome[] {
  const stopped = new Set<string>();
  return messages.map((message) => {
    const outcome = outcomes.get(message) ?? 'waits';
    if (outcome !== 'confirmed') stopped.add(message.partitionKey);
    else if (stopped.has(message.partitionKey)) return 'waits';
    return outcome;
  });
}
