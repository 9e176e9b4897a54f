/**
 * The table `owed (endpoint_id)` of endpoints for which a delivery waits, for a `with recursive`. They are found by
 * skipping through the index from one to the next, so a look costs by how many there are, not by how much each is owed.
 * The last row is null.
 */
export const owedEndpoints = `owed (endpoint_id) as (
      (select endpoint_id from notifier.deliveries
       where status = 'pending' and endpoint_id is not null order by endpoint_id limit 1)
      union all
      select (select d.endpoint_id from notifier.deliveries d
              where d.status = 'pending' and d.endpoint_id > owed.endpoint_id order by d.endpoint_id limit 1)
      from owed where owed.endpoint_id is not null
    )`;
