import { newId } from '@turnout/runtime/ids';
import type { Statement, Tx } from '@turnout/runtime/postgres';
import type { TraceHeaders } from '@turnout/runtime/trace-context';
import type { ChannelName } from '../channels/channel.ts';

const insert: Statement = {
  name: 'insert_deliveries',
  text: `
    insert into notifier.deliveries
      (delivery_id, message_id, organization_id, event_id, enrollment_id, channel, template, endpoint_id, content, headers)
    select * from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::uuid[], $6::text[], $7::text[], $8::uuid[],
      $9::jsonb[], $10::jsonb[])`,
};

interface NewDeliveryFacts {
  messageId: string;
  organizationId: string;
  eventId: string;
  headers: TraceHeaders;
}

export type NewDelivery = NewDeliveryFacts &
  (
    | {
        channel: ChannelName;
        enrollmentId: string | null;
        template: string;
        endpointId: null;
        content: object;
      }
    | { channel: 'webhook'; enrollmentId: string | null; template: null; endpointId: string; content: object }
  );

/** As many as one statement writes well within its deadline: twenty endpoints may want each of 500 events. */
const PART = 2_000;

/** Owes these messages to people and endpoints; they are due at once. */
export async function insertDeliveries(tx: Tx, deliveries: readonly NewDelivery[]): Promise<void> {
  for (let from = 0; from < deliveries.length; from += PART) {
    await insertPart(tx, deliveries.slice(from, from + PART));
  }
}

async function insertPart(tx: Tx, deliveries: readonly NewDelivery[]): Promise<void> {
  await tx.query(insert, [
    deliveries.map(() => newId()),
    deliveries.map(({ messageId }) => messageId),
    deliveries.map(({ organizationId }) => organizationId),
    deliveries.map(({ eventId }) => eventId),
    deliveries.map(({ enrollmentId }) => enrollmentId),
    deliveries.map(({ channel }) => channel),
    deliveries.map(({ template }) => template),
    deliveries.map(({ endpointId }) => endpointId),
    deliveries.map(({ content }) => JSON.stringify(content)),
    deliveries.map(({ headers }) => JSON.stringify(headers)),
  ]);
}
