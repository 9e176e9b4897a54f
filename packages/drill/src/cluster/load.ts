import { setTimeout as pause } from 'node:timers/promises';
import { cloudEventsJson, toCloudEvent } from '@turnout/contracts/events/envelope';
import {
  type ParticipantAttended,
  participantAttendedType,
} from '@turnout/contracts/events/participant-attended';
import { enqueue } from '@turnout/outbox/enqueue';
import { newId } from '@turnout/runtime/ids';
import type { Db } from '@turnout/runtime/postgres';

const EVENTS = 20;
const MESSAGES_AT_ONCE = 25;
const EVERY_MS = 50;

export interface Load {
  /** Ids of what was committed. */
  readonly committed: ReadonlySet<string>;
  /** Ends it; settles when the last transaction has. */
  stop(): Promise<void>;
}

/**
 * Commits messages to the outbox at a steady rate, as closures of twenty events at once do: each says that somebody
 * attended, and is numbered within its event.
 */
export function startLoad(db: Db): Load {
  const organizationId = newId();
  const events = Array.from({ length: EVENTS }, () => ({ eventId: newId(), number: 0 }));
  const committed = new Set<string>();
  let stopped = false;

  async function run(): Promise<void> {
    for (let turn = 0; !stopped; turn += 1) {
      const next = pause(EVERY_MS);
      const event = events[turn % EVENTS] as (typeof events)[number];
      const attended = Array.from({ length: MESSAGES_AT_ONCE }, () => {
        event.number += 1;
        return toAttended(organizationId, event.eventId, event.number);
      });
      await db.transaction(async (tx) =>
        enqueue(
          tx,
          attended.map((fact) => ({
            id: fact.id,
            partitionKey: event.eventId,
            routingKey: participantAttendedType,
            contentType: cloudEventsJson,
            body: JSON.stringify(fact),
          })),
        ),
      );
      for (const { id } of attended) committed.add(id);
      await next;
    }
  }

  const running = run();
  running.catch(() => undefined); // stop tells
  return {
    committed,
    async stop() {
      stopped = true;
      await running;
    },
  };
}

/** `sequence` numbers the messages of one event, which says whether they came in order. */
function toAttended(organizationId: string, eventId: string, sequence: number) {
  const enrollmentId = newId();
  const time = new Date();
  const data: ParticipantAttended['data'] = {
    eventId,
    enrollmentId,
    participantId: newId(),
    attendedAt: time.toISOString(),
    triggeredBy: 'system',
    reason: 'requirement_met',
    corrects: null,
    evidence: { daysPresent: [time.toISOString().slice(0, 10)], required: 1, rule: 'all_days' },
  };
  const type = participantAttendedType;
  return toCloudEvent({
    id: newId(),
    type,
    organizationId,
    eventId,
    subject: enrollmentId,
    sequence,
    time,
    data,
  });
}
