import type { Statement, Tx } from '@turnout/runtime/postgres';

/** Entries that are not annulled, and the people whose first entry of the event is among them. */
export interface Arrivals {
  checkIns: number;
  arrivals: number;
}

/** The same, and how many people made them. */
export interface CountedPeople extends Arrivals {
  people: number;
}

// A person arrives with their earliest entry; of two in one instant, with the one that was made first.
const entries = `
  from (
    select scanned_at, station, device_id, enrollment_id,
      row_number() over (partition by enrollment_id order by scanned_at, check_in_id) = 1 as is_first
    from attendance.check_ins
    where event_id = $1 and direction = 'entry' and annulled_at is null
  ) c`;

const figures = 'count(*) as check_ins, count(*) filter (where is_first) as arrivals';

// Every time zone is a whole number of quarters of an hour away from UTC, so its hours are made of these.
const byQuarterHour: Statement = {
  name: 'count_check_ins_by_quarter_hour',
  text: `
    select date_bin('15 minutes', scanned_at, 'epoch') as from_at, ${figures}
    ${entries} group by 1 order by 1`,
};

const byStation: Statement = {
  name: 'count_check_ins_by_station_to_report',
  text: `
    select station, ${figures}, count(distinct enrollment_id) as people
    ${entries} group by 1 order by 1 nulls last`,
};

const byDevice: Statement = {
  name: 'count_check_ins_by_device',
  text: `
    select d.*, t.label
    from (
      select device_id, ${figures}, count(distinct enrollment_id) as people
      ${entries} group by 1
    ) d
    left join access.tokens t on t.organization_id = $2 and t.token_id = d.device_id
    order by t.label, d.device_id`,
};

type FigureRow = { check_ins: number; arrivals: number };

/** By quarter of an hour of the scan, those with check-ins, in order. */
export async function countByQuarterHour(tx: Tx, eventId: string): Promise<(Arrivals & { from: Date })[]> {
  const rows = await tx.query<FigureRow & { from_at: Date }>(byQuarterHour, [eventId]);
  return rows.map((row) => ({ from: row.from_at, checkIns: row.check_ins, arrivals: row.arrivals }));
}

/** By station; null is for check-ins without one. */
export async function countByStation(
  tx: Tx,
  eventId: string,
): Promise<(CountedPeople & { station: string | null })[]> {
  const rows = await tx.query<FigureRow & { station: string | null; people: number }>(byStation, [eventId]);
  return rows.map(({ station, check_ins, arrivals, people }) => ({
    station,
    checkIns: check_ins,
    arrivals,
    people,
  }));
}

/** By the token that recorded them, in the order of their labels. */
export async function countByDevice(
  tx: Tx,
  organizationId: string,
  eventId: string,
): Promise<(CountedPeople & { device: { id: string; label: string | null } })[]> {
  const rows = await tx.query<FigureRow & { device_id: string; label: string | null; people: number }>(
    byDevice,
    [eventId, organizationId],
  );
  return rows.map(({ device_id, label, check_ins, arrivals, people }) => ({
    device: { id: device_id, label },
    checkIns: check_ins,
    arrivals,
    people,
  }));
}
