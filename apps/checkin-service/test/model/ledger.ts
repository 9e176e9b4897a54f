import type { Queryable } from '@turnout/runtime/postgres';
import { expect } from 'vitest';
import type { Story } from './story.ts';

/** Each answer that a client holds is the one that is stored for its scan; only a reused scanId has none of its own. */
export async function expectAnswersToBeStored(db: Queryable, { eventId, known }: Story): Promise<void> {
  const rows = await db.query<{ scan_id: string; answer_status: number; answer_body: object }>(
    'select scan_id, answer_status, answer_body from attendance.scans where event_id = $1',
    [eventId],
  );
  const stored = new Map(rows.map((row) => [row.scan_id, row]));
  for (const { sent, status, body } of known.answers) {
    const kept = stored.get(sent.scanId);
    expect(kept, `scan ${sent.scanId} was answered ${status}`).toBeDefined();
    if (body.code === 'scan_id_reused') continue;
    expect({ status, body }).toEqual({ status: kept?.answer_status, body: kept?.answer_body });
  }
}

/** A first is the first: every entry that was recorded before it had been annulled by then. */
export async function expectFirstsToBeFirst(db: Queryable, { eventId }: Story): Promise<void> {
  const seconds = await db.query(
    `select s.enrollment_id, s.scan_id, c.scan_id as earlier
     from attendance.scans s
     join attendance.check_ins c on c.event_id = s.event_id and c.enrollment_id = s.enrollment_id
     join attendance.scans e on e.event_id = c.event_id and e.scan_id = c.scan_id
     where s.event_id = $1 and s.answer_body ->> 'outcome' = 'first'
       and c.scan_id <> s.scan_id and c.direction = 'entry'
       and (c.annulled_at is null or c.annulled_at > s.recorded_at)
       and (c.recorded_at < s.recorded_at
         or (c.recorded_at = s.recorded_at and e.answer_body ->> 'outcome' = 'first'))`,
    [eventId],
  );
  expect(seconds).toEqual([]);
}
