import type { Queryable } from '@turnout/runtime/postgres';
import type { ChannelName } from '../channels/channel.ts';

/** How many deliveries to people wait for each channel that is not among these. */
export async function countStranded(
  db: Queryable,
  open: readonly ChannelName[],
): Promise<{ channel: ChannelName; waiting: number }[]> {
  return await db.query<{ channel: ChannelName; waiting: number }>(
    `select channel, count(*)::int as waiting
     from notifier.deliveries
     where status = 'pending' and endpoint_id is null and channel <> all ($1::text[])
     group by channel
     order by channel`,
    [open],
  );
}
