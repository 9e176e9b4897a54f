import { newId } from '@turnout/runtime/ids';
import type { Statement, Tx } from '@turnout/runtime/postgres';
import type { DeadMessage } from './read-dead-message.ts';

// A letter that was sent again and died of that very replay, or a later one, is dead again. Anything else of a known
// letter is a copy: the broker may deliver it more than once.
const insert: Statement = {
  name: 'insert_dead_messages',
  text: `
    insert into notifier.dead_letters as l
      (letter_id, source, identity, organization_id, event_id, message_id, type, reason, paths, attempts, bytes, body,
       properties)
    select m.letter_id, 'broker', m.identity, o.organization_id,
      case when o.organization_id is not null then m.event_id end, m.message_id, m.type, m.reason, m.paths::jsonb,
      m.attempts, m.bytes, m.body, m.properties::json
    from unnest($1::uuid[], $2::text[], $3::int[], $4::uuid[], $5::uuid[], $6::text[], $7::text[], $8::text[],
        $9::text[], $10::int[], $11::int[], $12::bytea[], $13::text[])
      as m (letter_id, identity, replay, organization_id, event_id, message_id, type, reason, paths, attempts, bytes,
        body, properties)
    left join access.organizations o on o.organization_id = m.organization_id
    order by m.identity
    on conflict (source, identity) do update
    set status = 'dead', deaths = l.deaths + 1, died_at = clock_timestamp(), reason = excluded.reason,
      paths = excluded.paths, attempts = excluded.attempts
    where l.status = 'replayed'
      and l.replays <= (select m.replay from unnest($2::text[], $3::int[]) as m (identity, replay)
        where m.identity = l.identity)
    returning l.letter_id, l.identity, l.organization_id`,
};

export interface NewlyDead {
  letter_id: string;
  /** Null when it belongs to no organization that exists. */
  organization_id: string | null;
}

/** Stores what died, one letter for each message, and answers the letters that are dead since now. */
export async function insertDeadMessages(
  tx: Tx,
  messages: readonly DeadMessage[],
): Promise<(NewlyDead & { identity: string })[]> {
  const once = [...newestOfEach(messages).values()];
  return await tx.query<NewlyDead & { identity: string }>(insert, [
    once.map(() => newId()),
    once.map(({ identity }) => identity),
    once.map(({ replay }) => replay),
    once.map(({ organizationId }) => organizationId),
    once.map(({ eventId }) => eventId),
    once.map(({ messageId }) => messageId),
    once.map(({ type }) => type),
    once.map(({ reason }) => reason),
    once.map(({ paths }) => JSON.stringify(paths)),
    once.map(({ attempts }) => attempts),
    once.map(({ bytes }) => bytes),
    once.map(({ body }) => body),
    once.map(({ properties }) => JSON.stringify(properties)),
  ]);
}

function newestOfEach(messages: readonly DeadMessage[]): Map<string, DeadMessage> {
  const newest = new Map<string, DeadMessage>();
  for (const message of messages) {
    const known = newest.get(message.identity);
    if (known === undefined || known.replay < message.replay) newest.set(message.identity, message);
  }
  return newest;
}
