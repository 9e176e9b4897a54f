import { participantAttendedType } from '@turnout/contracts/events/participant-attended';
import { newId } from '@turnout/runtime/ids';
import type { Db } from '@turnout/runtime/postgres';

/** Events that the messages are about, spread over the partitions of the outbox. */
const EVENTS = 40;
/** As many as any run has; each takes the first of them. */
export const MESSAGES = 100_000;

// Bodies as closure makes them, about 900 bytes each. The same rows are handed to every contestant.
const makeMessages = `
  create table bench.messages (position int primary key, message_id uuid, event_id uuid, routing_key text, body text)`;

const insertMessages = `
  insert into bench.messages
  select i, message_id, event_id, $1,
    json_build_object(
      'specversion', '1.0', 'id', message_id, 'type', $1::text, 'source', '/organizations/' || $3::uuid || '/events/' || event_id,
      'subject', gen_random_uuid(), 'time', '2026-05-03T16:00:00.000Z', 'datacontenttype', 'application/json',
      'dataschema', 'urn:turnout:schema:' || $1::text, 'sequence', 3, 'partitionkey', event_id,
      'traceparent', '00-' || repeat('ab', 16) || '-' || repeat('cd', 8) || '-00',
      'data', json_build_object(
        'eventId', event_id, 'enrollmentId', gen_random_uuid(), 'participantId', gen_random_uuid(),
        'attendedAt', '2026-05-03T16:00:00.000Z', 'triggeredBy', 'system', 'reason', 'requirement_met', 'corrects', null,
        'evidence', json_build_object('daysPresent', array['2026-05-01', '2026-05-02', '2026-05-03'], 'required', 3, 'rule', 'all_days')
      )
    )::text
  from generate_series(1, $4::int) i
  cross join lateral (
    select gen_random_uuid() as message_id, ($2::uuid[])[1 + i % cardinality($2::uuid[])] as event_id where i > 0
  ) ids`;

/** Makes the messages that all relays publish, as a table. */
export async function seedMessages(db: Db, organizationId: string): Promise<void> {
  const eventIds = Array.from({ length: EVENTS }, () => newId());
  await db.query('create schema if not exists bench');
  await db.query(makeMessages);
  await db.query(insertMessages, [participantAttendedType, eventIds, organizationId, MESSAGES]);
  await db.query('vacuum analyze bench.messages');
}
