import { publishInOrder } from '@turnout/outbox/publish-in-order';
import type { PublishOutcome } from '@turnout/runtime/rabbitmq';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

interface Sent {
  partitionKey: string;
  routingKey: string;
}

/** A broker that has queues for some routing keys; `waves` is what it was given, one publish after the other. */
function broker(wanted: readonly string[]) {
  const waves: Sent[][] = [];
  const publishAll = async (wave: readonly Sent[]): Promise<PublishOutcome[]> => {
    waves.push([...wave]);
    return wave.map(({ routingKey }) => (wanted.includes(routingKey) ? 'confirmed' : 'returned'));
  };
  return { waves, publishAll };
}

const of = (...messages: string[]): Sent[] =>
  messages.map((text) => ({ partitionKey: text.slice(0, 1), routingKey: text.slice(1) }));

describe('publishing in order', () => {
  it('sends all at once what is known to be routable', async () => {
    const { waves, publishAll } = broker(['x', 'y']);
    const outcomes = await publishInOrder(of('ax', 'ay', 'bx'), new Set(['x', 'y']), publishAll);
    expect(outcomes).toEqual(['confirmed', 'confirmed', 'confirmed']);
    expect(waves).toHaveLength(1);
  });

  it('learns which routing keys are routable, and remembers it for the next batch', async () => {
    const { waves, publishAll } = broker(['x', 'y']);
    const routable = new Set<string>();
    await publishInOrder(of('ax', 'ay', 'ax', 'by'), routable, publishAll);
    expect(waves).toEqual([of('ax', 'by'), of('ay', 'ax')]);
    await publishInOrder(of('ax', 'ay'), routable, publishAll);
    expect(waves).toHaveLength(3);
  });

  it('holds back the later messages of a key whose message was returned, and sends those of other keys', async () => {
    const { waves, publishAll } = broker(['x']);
    const outcomes = await publishInOrder(of('ax', 'a?', 'ax', 'bx'), new Set(['x']), publishAll);
    expect(outcomes).toEqual(['confirmed', 'returned', 'waits', 'confirmed']);
    expect(waves.flat()).toEqual(of('ax', 'a?', 'bx'));
  });

  it('forgets a routing key that is no longer routable', async () => {
    const routable = new Set(['x']);
    await publishInOrder(of('ax'), routable, broker([]).publishAll);
    expect(routable).toEqual(new Set());
  });

  it('stops at the first answer that is missing', async () => {
    const waves: Sent[][] = [];
    const outcomes = await publishInOrder(of('ax', 'ay', 'bx'), new Set(), async (wave) => {
      waves.push([...wave]);
      return wave.map(() => 'unknown');
    });
    expect(outcomes).toEqual(['unknown', 'waits', 'unknown']);
    expect(waves).toHaveLength(1);
  });

  it('does not count as published what was confirmed behind a message that was not', async () => {
    const answers: PublishOutcome[] = ['confirmed', 'nacked', 'confirmed', 'confirmed'];
    const outcomes = await publishInOrder(of('ax', 'ax', 'ax', 'bx'), new Set(['x']), async () => answers);
    expect(outcomes).toEqual(['confirmed', 'nacked', 'waits', 'confirmed']);
  });

  it('routes the messages of each key in order and none behind one that was returned', async () => {
    const text = fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.constantFrom('w', 'x', 'y', 'z'));
    const batches = fc.array(fc.array(text, { maxLength: 12 }), { maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(batches, fc.subarray(['w', 'x', 'y', 'z']), async (batches, wanted) => {
        const routable = new Set<string>();
        for (const batch of batches) {
          const messages = of(...batch.map(([key, routingKey]) => key + routingKey));
          const { waves, publishAll } = broker(wanted);
          const outcomes = await publishInOrder(messages, routable, publishAll);
          for (const key of ['a', 'b', 'c']) {
            const ofKey = messages.filter(({ partitionKey }) => partitionKey === key);
            const blockedAt = ofKey.findIndex(({ routingKey }) => !wanted.includes(routingKey));
            const routed = waves
              .flat()
              .filter(({ partitionKey, routingKey }) => partitionKey === key && wanted.includes(routingKey));
            expect(routed).toEqual(blockedAt === -1 ? ofKey : ofKey.slice(0, blockedAt));
            const published = ofKey.filter((message) => outcomes[messages.indexOf(message)] === 'confirmed');
            expect(published).toEqual(routed);
          }
        }
      }),
    );
  });
});
