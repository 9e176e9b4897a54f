import { participantAttendedType } from '@turnout/contracts/events/participant-attended';
import type { PublicEvent } from '@turnout/contracts/events/public-event';
import type { Statement, Tx } from '@turnout/runtime/postgres';

const insert: Statement = {
  name: 'insert_inbox',
  text: `
    insert into notifier.inbox (message_id, type, organization_id, event_id, subject_id, sequence, unwanted)
    select r.*, r.type = $7 and exists (
      select from access.settings s where s.organization_id = r.organization_id and not s.notify_participants
    )
    from unnest($1::uuid[], $2::text[], $3::uuid[], $4::uuid[], $5::uuid[], $6::int[])
      as r (message_id, type, organization_id, event_id, subject_id, sequence)
    on conflict (message_id) do nothing
    returning message_id, unwanted`,
};

export interface InboxRow {
  messageId: string;
  type: PublicEvent['type'];
  organizationId: string;
  eventId: string;
  subjectId: string;
  sequence: number;
}

/**
 * Notes that these messages were received and answers those that had not been before, by id: whether its organization
 * wants no mail to the participant, as it is noted. A message that another notifier is storing at the same time is
 * waited for.
 */
export async function insertInbox(
  tx: Tx,
  rows: readonly InboxRow[],
): Promise<Map<string, { unwanted: boolean }>> {
  // In one order everywhere: two notifiers with the same messages would otherwise wait for each other.
  const sorted = rows.toSorted((one, other) => (one.messageId < other.messageId ? -1 : 1));
  const inserted = await tx.query<{ message_id: string; unwanted: boolean }>(insert, [
    sorted.map(({ messageId }) => messageId),
    sorted.map(({ type }) => type),
    sorted.map(({ organizationId }) => organizationId),
    sorted.map(({ eventId }) => eventId),
    sorted.map(({ subjectId }) => subjectId),
    sorted.map(({ sequence }) => sequence),
    participantAttendedType,
  ]);
  return new Map(inserted.map(({ message_id, unwanted }) => [message_id, { unwanted }]));
}
