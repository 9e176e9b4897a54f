import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { participantAttendedType } from '@turnout/contracts/events/participant-attended';
import { notifierDeadLetterQueue, notifierQueue } from '@turnout/contracts/topology';
import { waitUntil } from '@turnout/test-kit/wait-until';
import { onBroker, putIntoQueue } from '../stack/on-broker.ts';
import type { Stage } from '../stage.ts';
import { type Fault, NothingHappened } from './fault.ts';

/** A notifier whose connection swallows everything learns of it by missing two heartbeats of 5 seconds. */
const DECLARED_WITHIN_MS = 20_000;

/**
 * RabbitMQ 3.10, killed within a second of declaring a quorum queue, can be left with one that elects no leader: it
 * takes nothing, confirms nothing, and is not repaired by a restart. No service can mend that, so it is left out.
 */
const SETTLES_MS = 5_000;

const COPIES = 10;
const REPEATED = 100;

/** RabbitMQ finds its disk too full and blocks whoever publishes. */
export const diskAlarm: Fault = {
  name: 'RabbitMQ raises its disk alarm',
  touches: ['rabbitmq'],
  disturbs: 'messages',
  lastsMs: [2_000, 3_000],
  recoversWithinMs: 1_500,
  async strike({ stack }, { forMs }) {
    await stack.servers.rabbitmqctl(['set_disk_free_limit', '1000000GB']);
    try {
      await pause(forMs);
    } finally {
      await stack.servers.rabbitmqctl(['set_disk_free_limit', '50MB']);
    }
    return undefined;
  },
};

/** The notifier declares its queue again; what was in it has to be sent again, which the end of the run does. */
export const queueDeleted: Fault = {
  name: 'the queue of the notifier is deleted',
  touches: ['rabbitmq', 'notifier'],
  needs: ['postgres'],
  disturbs: 'messages',
  lastsMs: [1_000, 1_500],
  async strike(stage, { forMs }) {
    stage.figures.queueDeleted = true;
    const count = await onBroker(stage.stack.servers.amqpUrl, async (channel) => {
      const { messageCount } = await channel.deleteQueue(notifierQueue);
      return messageCount;
    });
    await pause(forMs);
    await waitUntil(() => isConsumed(stage), { within: DECLARED_WITHIN_MS, every: 250 });
    await pause(SETTLES_MS);
    return `${count} messages in it`;
  },
};

/** Throws while there is no such queue. */
async function isConsumed({ stack }: Stage): Promise<boolean> {
  return await onBroker(stack.servers.amqpUrl, async (channel) => {
    const { consumerCount } = await channel.checkQueue(notifierQueue);
    return consumerCount > 0;
  });
}

/** What was on the wire lately, ten times each, shuffled. */
export const repeatedTenTimes: Fault = {
  name: 'messages arrive ten times, shuffled',
  touches: ['rabbitmq'],
  needs: ['postgres'],
  disturbs: 'messages',
  lastsMs: [500, 1_000],
  async strike(stage, { forMs }) {
    const recent = stage.otherTeam.heard.slice(-REPEATED);
    if (recent.length === 0) throw new NothingHappened('there was no message to repeat');
    const copies = Array.from({ length: COPIES }, () => recent).flat();
    for (let at = copies.length - 1; at > 0; at -= 1) {
      const other = Math.floor(Math.random() * (at + 1));
      [copies[at], copies[other]] = [copies[other] as (typeof copies)[0], copies[at] as (typeof copies)[0]];
    }
    const letters = copies.map(({ message }) => message);
    await putIntoQueue(stage.stack.servers.amqpUrl, notifierQueue, letters);
    stage.figures.republished += copies.length;
    await pause(forMs);
    return `${copies.length} copies`;
  },
};

/** Messages that nobody can handle, among those that somebody can. */
export const poisoned: Fault = {
  name: 'poison is put into the queue of the notifier',
  touches: ['rabbitmq'],
  needs: ['postgres'],
  disturbs: 'messages',
  lastsMs: [500, 1_000],
  async strike(stage, { forMs }) {
    const bodies = poisonFor(stage);
    for (const [id, body] of bodies) stage.poison.set(id, body);
    const letters = [...bodies].map(([messageId, content]) => ({ content, properties: { messageId } }));
    await putIntoQueue(stage.stack.servers.amqpUrl, notifierQueue, letters);
    await pause(forMs);
    return `${bodies.size} messages, to be found in ${notifierDeadLetterQueue}`;
  },
};

/** Not JSON, unknown type, unknown version, one whose handling fails each time, and one of 1 MB. */
function poisonFor({ otherTeam }: Stage): Map<string, Buffer> {
  const [heard] = otherTeam.heard;
  if (!heard) throw new NothingHappened('there was no message to make poison of');
  const good = JSON.parse(heard.message.content.toString()) as object;
  const bad = (change: object) => (id: string) => JSON.stringify({ ...good, id, ...change });
  const bodies: ((id: string) => string)[] = [
    () => 'not JSON {',
    bad({ type: 'turnout.weather.changed.v1' }),
    bad({ type: participantAttendedType.replace('.v1', '.v2') }),
    bad({ sequence: 3_000_000_000 }), // within the contract, and more than the column holds
    bad({ padding: 'x'.repeat(1_000_000) }),
  ];
  return new Map(
    bodies.map((body) => {
      const id = randomUUID();
      return [id, Buffer.from(body(id))];
    }),
  );
}
