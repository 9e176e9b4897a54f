import type { Queryable, Statement } from '@turnout/runtime/postgres';
import { erasedCodeOfScan, isReadable } from './erased.ts';

const clearScans: Statement = { name: 'clear_unknown_codes', text: clear('scans', 'scan_id') };
const clearReused: Statement = {
  name: 'clear_unknown_codes_of_reused',
  text: clear('reused_scans', 'reused_scan_id'),
};

function clear(table: 'scans' | 'reused_scans', key: string): string {
  return `
    with old as (
      select event_id, ${key} from attendance.${table}
      where enrollment_id is null and ${isReadable('access_code')}
        and recorded_at < clock_timestamp() - $1 * interval '1 day'
      order by recorded_at
      limit $2
    )
    update attendance.${table} s
    set access_code = ${erasedCodeOfScan}
    from old
    where s.event_id = old.event_id and s.${key} = old.${key}
    returning 1`;
}

/**
 * Makes unreadable what scanners read so many days ago that was no ticket, which can be anything that was held in front
 * of them; at most so many of each table at once. A repeat of such a scan is still answered like the first time.
 */
export async function clearUnknownCodes(
  db: Queryable,
  { olderThanDays, limit }: { olderThanDays: number; limit: number },
): Promise<number> {
  const scans = await db.query(clearScans, [olderThanDays, limit]);
  const reused = await db.query(clearReused, [olderThanDays, limit]);
  return scans.length + reused.length;
}
