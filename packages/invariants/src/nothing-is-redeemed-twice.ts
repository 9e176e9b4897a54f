import { type Invariant, OFFENDERS_SHOWN } from './invariant.ts';

export const nothingIsRedeemedTwice: Invariant = {
  name: 'No line item is redeemed more often than it was bought, and each redemption and door check has one accepted scan',
  findOffenders: async (db) => [
    ...(await db.query(
      `select i.event_id, i.line_item_id, i.enrollment_id, i.quantity, r.redeemed, 'redeemed more often than bought' as problem
       from (
         select event_id, line_item_id, count(*) as redeemed from attendance.redemptions group by event_id, line_item_id
       ) r
       join attendance.line_items i using (event_id, line_item_id)
       where r.redeemed > i.quantity
       limit $1`,
      [OFFENDERS_SHOWN],
    )),
    ...(await db.query(
      `select r.event_id, r.redemption_id, r.line_item_id, r.enrollment_id, i.enrollment_id as bought_by,
         'redeemed of what another enrollment bought, or nobody' as problem
       from attendance.redemptions r
       left join attendance.line_items i using (event_id, line_item_id)
       where i.enrollment_id is distinct from r.enrollment_id
       limit $1`,
      [OFFENDERS_SHOWN],
    )),
    ...(await db.query(
      `select event_id, scan_id, kind, enrollment_id, asked_for, count(u.*) as uses, 'not one use for one accepted scan' as problem
       from (
         select event_id, scan_id, kind, enrollment_id, coalesce(line_item_id, product_id) as asked_for
         from attendance.scans where kind in ('redemption', 'door_check') and refusal is null
       ) s
       full join (
         select event_id, scan_id, 'redemption' as kind, enrollment_id, line_item_id as asked_for
         from attendance.redemptions
         union all
         select event_id, scan_id, 'door_check', enrollment_id, product_id from attendance.door_checks
       ) u using (event_id, scan_id, kind, enrollment_id, asked_for)
       group by event_id, scan_id, kind, enrollment_id, asked_for
       having count(u.*) <> 1 or count(s.*) <> 1
       limit $1`,
      [OFFENDERS_SHOWN],
    )),
  ],
};
