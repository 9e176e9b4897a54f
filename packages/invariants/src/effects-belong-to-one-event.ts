import { participantAttendedType } from '@turnout/contracts/events/participant-attended';
import { type Invariant, OFFENDERS_SHOWN } from './invariant.ts';

export const effectsBelongToOneEvent: Invariant = {
  name: 'Each notification belongs to exactly one event id, and each ParticipantAttended received has one, or none was wanted',
  findOffenders: async (db) => [
    ...(await db.query(
      `select i.message_id, i.subject_id, count(d.delivery_id) as deliveries, 'not exactly one delivery' as problem
       from notifier.inbox i
       left join notifier.deliveries d on d.message_id = i.message_id and d.endpoint_id is null
       where i.type = $1
       group by i.message_id, i.subject_id, i.unwanted
       having count(d.delivery_id) <> case when i.unwanted then 0 else 1 end
       limit $2`,
      [participantAttendedType, OFFENDERS_SHOWN],
    )),
    ...(await db.query(
      `select d.delivery_id, d.message_id, 'a delivery without a received event' as problem
       from notifier.deliveries d
       where not exists (select from notifier.inbox i where i.message_id = d.message_id)
       limit $1`,
      [OFFENDERS_SHOWN],
    )),
  ],
};
