import { type Invariant, OFFENDERS_SHOWN } from './invariant.ts';

/** Where the outbox holds or held a message: still to be published, published, or put aside. */
const everyMessage = `
  select message_id from outbox.messages
  union all select unnest(message_ids) from outbox.published
  union all select message_id from outbox.dead`;

/**
 * Ids are forgotten by the time of their publication, which is later than the transition: of each transition since that
 * time the id is still there.
 */
export const transitionsAreAnnouncedOnce: Invariant = {
  name: 'Every transition that the contract announces has exactly one outbox message, and message ids never repeat',
  findOffenders: async (db) => [
    ...(await db.query(
      `select t.event_id, t.enrollment_id, t.version, t.to_status, t.message_id, 'not in the outbox' as problem
       from attendance.transitions t
       where t.from_status is not null
         and t.at >= coalesce((select before from outbox.forgotten), '-infinity')
         and not exists (select from (${everyMessage}) m where m.message_id = t.message_id)
       limit $1`,
      [OFFENDERS_SHOWN],
    )),
    ...(await db.query(
      `select message_id, count(*) as times, 'more than once in the outbox' as problem
       from (${everyMessage}) m group by message_id having count(*) > 1 limit $1`,
      [OFFENDERS_SHOWN],
    )),
    ...(await db.query(
      `select message_id, count(*) as times, 'announces more than one transition' as problem
       from attendance.transitions where message_id is not null
       group by message_id having count(*) > 1 limit $1`,
      [OFFENDERS_SHOWN],
    )),
  ],
};
