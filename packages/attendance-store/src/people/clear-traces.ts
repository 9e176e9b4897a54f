/**
 * Removes what was written with the names of people who are erased: stored answers to scans, the codes of their badges,
 * and the words with which somebody annulled a check-in of theirs.
 *
 * Each page is a transaction of its own that locks the enrollments first, in the order of their ids like everybody
 * else, and looks at the rest afterwards. A scan holds that lock from before it reads the name until its answer is
 * stored. So either it comes first, and its answer is seen here, or it comes later and reads that the person is erased.
 *
 * The code of a badge stays while it may still decide something: until the enrollment has its verdict or is cancelled,
 * or the event is. A device without a network knows it by its roster's key alone, so the key is kept as withdrawn, and
 * so is that of each code the badge had before. What can't be cleared yet, or was cut off, is found again by
 * {@link findUnfinished}.
 */
import { deriveRosterKeys } from '@turnout/contracts/roster-sealing';
import { LOWEST_ID } from '@turnout/runtime/ids';
import type { Db, Queryable, Statement, Tx } from '@turnout/runtime/postgres';
import { ERASED, erasedCodeOfScan, erasedWithKey, isReadable } from './erased.ts';

/** People of one organization. */
export interface People {
  organizationId: string;
  participantIds: readonly string[];
}

interface Trace {
  event_id: string;
  enrollment_id: string;
  settled: boolean;
}

const PAGE = 500;

/** Clears all that can be cleared of these people now. Running it again is right at any time. */
export async function clearTraces(db: Db, people: People): Promise<void> {
  for (let after = LOWEST_ID; ; ) {
    const page = await db.transaction(async (tx) => await clearPage(tx, people, after));
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE) break;
    after = last.enrollment_id;
  }
  await db.query(finish, [people.organizationId, people.participantIds]);
}

async function clearPage(tx: Tx, people: People, after: string): Promise<Trace[]> {
  const page = await tx.query<Trace>(lockTraces, [people.organizationId, people.participantIds, after, PAGE]);
  if (page.length === 0) return page;
  const traces = [
    page.map(({ event_id }) => event_id),
    page.map(({ enrollment_id }) => enrollment_id),
    page.map(({ settled }) => settled),
  ];
  tx.send(clearScans, traces);
  tx.send(clearReusedScans, traces);
  tx.send(clearAnnulments, traces.slice(0, 2));
  const codes = await tx.query<Code>(findCodes, traces);
  const named = [codes.map(({ event_id }) => event_id), codes.map(({ access_code }) => access_code)];
  tx.send(clearUnknownScans, named);
  tx.send(clearUnknownReusedScans, named);
  tx.send(dropWithdrawn, traces.slice(0, 2));
  tx.send(withdrawKeys, [
    codes.map(({ event_id }) => event_id),
    codes.map(({ enrollment_id }) => enrollment_id),
    codes.map(({ event_id, access_code }) => erasedWithKey(deriveRosterKeys(event_id, access_code).key)),
  ]);
  tx.send(retireCodes, traces);
  return page;
}

interface Code {
  event_id: string;
  enrollment_id: string;
  access_code: string;
}

const lockTraces: Statement = {
  name: 'lock_traces_of_people',
  text: `
    select e.event_id, e.enrollment_id, not e.undecided or v.cancelled_at is not null as settled
    from attendance.enrollments e
    join attendance.events v using (event_id)
    where e.organization_id = $1 and e.participant_id = any($2::uuid[]) and e.enrollment_id > $3
    order by e.enrollment_id
    limit $4
    for update of e`,
};

const traces = `
  mine as (
    select * from unnest($1::uuid[], $2::uuid[], $3::boolean[]) as m (event_id, enrollment_id, settled)
  ), theirs as (
    select distinct event_id from mine
  )`;

// Answers are stored as they were sent, byte for byte, so the name is replaced as text. A quotation mark inside a value
// is written with a backslash, so that only the field itself begins like this.
const withoutName = `regexp_replace(s.answer_body::text, '"displayName":"(?:[^"\\\\]|\\\\.)*"', '"displayName":"${ERASED}"', 'g')`;

const unreadable = `case when n.settled and ${isReadable('s.access_code')} then ${erasedCodeOfScan} else s.access_code end`;

// Scans have no index by enrollment, which each of them would pay for. Accepted ones are found by what they caused, and
// the others among the refused ones of the event.
const clearScans: Statement = {
  name: 'clear_scans_of_people',
  text: `
    with ${traces}, named as (
      select m.event_id, c.scan_id, m.settled
      from mine m join attendance.check_ins c using (event_id, enrollment_id)
      where c.scan_id is not null
      union
      select m.event_id, d.scan_id, m.settled
      from mine m join attendance.door_checks d using (event_id, enrollment_id)
      union
      select m.event_id, r.scan_id, m.settled
      from mine m
      join attendance.line_items i using (event_id, enrollment_id)
      join attendance.redemptions r on r.event_id = i.event_id and r.line_item_id = i.line_item_id
      union
      select refused.event_id, refused.scan_id, m.settled
      from theirs
      cross join lateral (
        select event_id, enrollment_id, scan_id from attendance.scans
        where event_id = theirs.event_id and refusal is not null offset 0
      ) refused
      join mine m on m.event_id = refused.event_id and m.enrollment_id = refused.enrollment_id
    )
    update attendance.scans s
    set answer_body = ${withoutName}::json, access_code = ${unreadable}
    from named n
    where s.event_id = n.event_id and s.scan_id = n.scan_id
      and (${withoutName} <> s.answer_body::text or n.settled and ${isReadable('s.access_code')})`,
};

const clearReusedScans: Statement = {
  name: 'clear_reused_scans_of_people',
  text: `
    with ${traces}, named as (
      select reused.event_id, reused.reused_scan_id, m.settled
      from theirs
      cross join lateral (
        select event_id, enrollment_id, reused_scan_id from attendance.reused_scans
        where event_id = theirs.event_id offset 0
      ) reused
      join mine m on m.event_id = reused.event_id and m.enrollment_id = reused.enrollment_id
    )
    update attendance.reused_scans s
    set answer_body = ${withoutName}::json, access_code = ${unreadable}
    from named n
    where s.event_id = n.event_id and s.reused_scan_id = n.reused_scan_id
      and (${withoutName} <> s.answer_body::text or n.settled and ${isReadable('s.access_code')})`,
};

// A badge's former code, and its code before it had it, were nobody's when they were scanned.
const namedByCode = (table: string) => `
  from (
    select distinct event_id from unnest($1::uuid[]) as u (event_id)
  ) theirs
  cross join lateral (
    select * from attendance.${table}
    where event_id = theirs.event_id and refusal is not null and enrollment_id is null offset 0
  ) refused
  join unnest($1::uuid[], $2::text[]) as u (event_id, access_code)
    on u.event_id = refused.event_id and u.access_code = refused.access_code`;

const clearUnknownScans: Statement = {
  name: 'clear_unknown_scans_of_people',
  text: `
    update attendance.scans s set access_code = ${erasedCodeOfScan}
    from (select refused.event_id, refused.scan_id ${namedByCode('scans')}) n
    where s.event_id = n.event_id and s.scan_id = n.scan_id`,
};

const clearUnknownReusedScans: Statement = {
  name: 'clear_unknown_reused_scans_of_people',
  text: `
    update attendance.reused_scans s set access_code = ${erasedCodeOfScan}
    from (select refused.event_id, refused.reused_scan_id ${namedByCode('reused_scans')}) n
    where s.event_id = n.event_id and s.reused_scan_id = n.reused_scan_id`,
};

const clearAnnulments: Statement = {
  name: 'clear_annulments_of_people',
  text: `
    update attendance.check_ins c
    set annulment_reason = '${ERASED}'
    from unnest($1::uuid[], $2::uuid[]) as m (event_id, enrollment_id)
    where c.event_id = m.event_id and c.enrollment_id = m.enrollment_id and c.annulment_reason <> '${ERASED}'`,
};

const findCodes: Statement = {
  name: 'find_codes_of_people',
  text: `
    select e.event_id, e.enrollment_id, e.access_code
    from unnest($1::uuid[], $2::uuid[], $3::boolean[]) as m (event_id, enrollment_id, settled)
    join attendance.enrollments e using (event_id, enrollment_id)
    where m.settled and ${isReadable('e.access_code')}
    union all
    select w.event_id, w.enrollment_id, w.access_code
    from unnest($1::uuid[], $2::uuid[]) as m (event_id, enrollment_id)
    join attendance.withdrawn_codes w using (event_id, enrollment_id)
    where ${isReadable('w.access_code')}`,
};

const dropWithdrawn: Statement = {
  name: 'drop_withdrawn_codes_of_people',
  text: `
    delete from attendance.withdrawn_codes w
    using unnest($1::uuid[], $2::uuid[]) as m (event_id, enrollment_id)
    where w.event_id = m.event_id and w.enrollment_id = m.enrollment_id and ${isReadable('w.access_code')}`,
};

const withdrawKeys: Statement = {
  name: 'withdraw_keys_of_people',
  text: `
    insert into attendance.withdrawn_codes (event_id, enrollment_id, access_code, withdrawn_at)
    select event_id, enrollment_id, code, clock_timestamp()
    from unnest($1::uuid[], $2::uuid[], $3::text[]) as u (event_id, enrollment_id, code)
    on conflict do nothing`,
};

const retireCodes: Statement = {
  name: 'retire_codes_of_people',
  text: `
    update attendance.enrollments e
    set access_code = '${ERASED} ' || gen_random_uuid(), changed_at = clock_timestamp()
    from unnest($1::uuid[], $2::uuid[], $3::boolean[]) as m (event_id, enrollment_id, settled)
    where e.event_id = m.event_id and e.enrollment_id = m.enrollment_id and m.settled
      and ${isReadable('e.access_code')}`,
};

const finish: Statement = {
  name: 'finish_erasures',
  text: `
    update attendance.participants p
    set erasure_finished_at = clock_timestamp()
    where p.organization_id = $1 and p.participant_id = any($2::uuid[])
      and p.erased_at is not null and p.erasure_finished_at is null
      and not exists (
        select from attendance.enrollments e
        where e.organization_id = p.organization_id and e.participant_id = p.participant_id
          and ${isReadable('e.access_code')}
      )`,
};

const unfinished: Statement = {
  name: 'find_unfinished_erasures',
  text: `
    select organization_id, participant_id from attendance.participants
    where erased_at is not null and erasure_finished_at is null
      and (organization_id, participant_id) > ($1, $2)
    order by organization_id, participant_id
    limit $3`,
};

export interface ErasedPerson {
  organizationId: string;
  participantId: string;
}

/** People who are erased and of whom something is left: those after the given one, of all organizations. */
export async function findUnfinished(
  db: Queryable,
  after: ErasedPerson | null,
  limit: number,
): Promise<ErasedPerson[]> {
  const rows = await db.query<{ organization_id: string; participant_id: string }>(unfinished, [
    after?.organizationId ?? LOWEST_ID,
    after?.participantId ?? LOWEST_ID,
    limit,
  ]);
  return rows.map((row) => ({ organizationId: row.organization_id, participantId: row.participant_id }));
}
