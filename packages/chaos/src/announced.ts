import type { Queryable } from '@turnout/runtime/postgres';

export interface Announced {
  id: string;
  eventId: string;
}

/**
 * Keeps, beside the outbox and without its code, what was enqueued and in which order it was committed: a trigger
 * copies each row in the transaction that brings it.
 */
export async function recordAnnouncements(db: Queryable): Promise<void> {
  await db.query('create schema chaos');
  await db.query(`
    create table chaos.announced (sequence bigint primary key, message_id uuid not null, event_id uuid not null)`);
  await db.query(`
    create function chaos.note() returns trigger language plpgsql security definer as $$
    begin
      insert into chaos.announced select sequence, message_id, partition_key from added;
      return null;
    end $$`);
  await db.query(`
    create trigger noted after insert on outbox.messages
      referencing new table as added for each statement execute function chaos.note()`);
}

/** Everything that was announced, in the order of the commits of each event. */
export async function findAnnounced(db: Queryable): Promise<Announced[]> {
  const rows = await db.query<{ message_id: string; event_id: string }>(
    'select message_id, event_id from chaos.announced order by sequence',
  );
  return rows.map(({ message_id, event_id }) => ({ id: message_id, eventId: event_id }));
}
