import { newId } from '@turnout/runtime/ids';
import type { Db, Queryable, Statement } from '@turnout/runtime/postgres';
import { raiseDeadLetters } from '../alerts/raise-alerts.ts';
import type { NewlyDead } from './insert-dead-messages.ts';

/** Letters made in one transaction. */
const BATCH = 500;

const find: Statement = {
  name: 'find_put_aside',
  text: `
    select p.message_id
    from outbox.put_aside p
    where not exists (
      select from notifier.dead_letters l
      where l.source = 'outbox' and l.identity = p.message_id::text
        and (l.status <> 'replayed' or l.replayed_at >= p.died_at)
    )
    order by p.died_at, p.message_id
    limit ${BATCH}`,
};

// To send a message again takes it out of what was put aside. So one that is there and died after that is dead again.
const insert: Statement = {
  name: 'insert_put_aside',
  text: `
    insert into notifier.dead_letters as l
      (letter_id, source, identity, organization_id, event_id, message_id, type, reason, detail, attempts, bytes,
       first_died_at, died_at)
    select m.letter_id, 'outbox', p.message_id::text, o.organization_id,
      case when o.organization_id is not null then p.partition_key end, p.message_id::text, p.routing_key, 'unroutable',
      p.reason, p.attempts, p.bytes, p.died_at, p.died_at
    from unnest($1::uuid[], $2::uuid[]) as m (letter_id, message_id)
    join outbox.put_aside p on p.message_id = m.message_id
    left join access.organizations o on o.organization_id = p.organization_id
    order by p.message_id
    on conflict (source, identity) do update
    set status = 'dead', deaths = l.deaths + 1, died_at = excluded.died_at, detail = excluded.detail,
      attempts = excluded.attempts
    where l.status = 'replayed' and l.replayed_at < excluded.died_at
    returning l.letter_id, l.organization_id`,
};

/** Makes letters of the messages that relays have put aside since the last look. Answers how many. */
export async function collectPutAside(db: Db): Promise<number> {
  let collected = 0;
  for (;;) {
    const found = await findPutAside(db);
    if (found.length === 0) return collected;
    collected += await db.transaction(async (tx) => {
      const letters = await tx.query<NewlyDead>(insert, [found.map(() => newId()), found]);
      raiseDeadLetters(tx, letters);
      return letters.length;
    });
    if (found.length < BATCH) return collected;
  }
}

async function findPutAside(db: Queryable): Promise<string[]> {
  const rows = await db.query<{ message_id: string }>(find);
  return rows.map(({ message_id }) => message_id);
}
