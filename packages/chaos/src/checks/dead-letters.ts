import { notifierDeadLetterQueue } from '@turnout/contracts/topology';
import { onBroker } from '../stack/on-broker.ts';
import type { Stage } from '../stage.ts';

/** Ids read from the queue so far: reading takes them out of it. */
const seen = new WeakMap<Stage, Set<string>>();

/** The ids of everything that has arrived among the notifier's dead letters. */
export async function readDeadLetters(stage: Stage): Promise<ReadonlySet<string>> {
  const ids = seen.get(stage) ?? new Set<string>();
  seen.set(stage, ids);
  await onBroker(stage.stack.servers.amqpUrl, async (channel) => {
    for (;;) {
      const message = await channel.get(notifierDeadLetterQueue);
      if (message === false) return;
      ids.add(String(message.properties.messageId));
      channel.ack(message);
    }
  });
  return ids;
}

/** The dead letters are exactly what was planted. */
export async function checkDeadLetters(stage: Stage): Promise<string[]> {
  const dead = await readDeadLetters(stage);
  const missing = [...stage.poison.keys()].filter((id) => !dead.has(id));
  const innocent = [...dead].filter((id) => !stage.poison.has(id));
  return [
    ...missing.map((id) => `the poison ${id} is not among the dead letters`),
    ...innocent.map((id) => `the message ${id} is among the dead letters and was no poison`),
  ];
}
