import { cloudEventsJson, toCloudEvent } from '@turnout/contracts/events/envelope';
import type { EventClosed } from '@turnout/contracts/events/event-closed';
import type { EventClosureFailed } from '@turnout/contracts/events/event-closure-failed';
import { enqueue } from '@turnout/outbox/enqueue';
import { newId } from '@turnout/runtime/ids';
import type { Tx } from '@turnout/runtime/postgres';
import { currentTraceHeaders } from '@turnout/runtime/trace-context';
import type { ClosureRun } from './closure-run.ts';

/**
 * Enqueues a fact about an event as a whole. Its subject is the event and its sequence the epoch of the run, by which a
 * consumer can tell an old one. Must be the last of the transaction, like every `enqueue`.
 */
export function announceEventFact<Fact extends EventClosed | EventClosureFailed>(
  tx: Tx,
  run: Pick<ClosureRun, 'eventId' | 'organizationId' | 'epoch'>,
  time: Date,
  type: Fact['type'],
  data: Fact['data'],
): void {
  const event = toCloudEvent({
    id: newId(),
    type,
    organizationId: run.organizationId,
    eventId: run.eventId,
    subject: run.eventId,
    sequence: Math.max(1, run.epoch),
    time,
    traceparent: currentTraceHeaders().traceparent,
    data,
  });
  enqueue(tx, [
    {
      id: event.id,
      partitionKey: event.partitionkey,
      routingKey: event.type,
      contentType: cloudEventsJson,
      body: JSON.stringify(event),
    },
  ]);
}
