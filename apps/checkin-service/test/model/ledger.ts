import type { Queryable } from '@turnout/runtime/postgres';
import { expect } from 'vitest';
import type { SentScan, Story } from './story.ts';

/** Each answer that a client holds is the one that is stored for its scan; only a reused scanId has none of its own. */
export async function expectAnswersToBeStored(db: Queryable, { eventId, known }: Story): Promise<void> {
  const rows = await db.query<{ scan_id: string; answer_status: number; answer_body: object }>(
    'select scan_id, answer_status, answer_body from attendance.scans where event_id = $1',
    [eventId],
  );
  const stored = new Map(rows.map((row) => [row.scan_id, row]));
  for (const { sent, status, body } of known.answers) {
    const kept = stored.get(sent.scan.scanId);
    expect(kept, `scan ${sent.scan.scanId} was answered ${status}`).toBeDefined();
    if (body.code === 'scan_id_reused') continue;
    expect({ status, body }).toEqual({ status: kept?.answer_status, body: kept?.answer_body });
  }
}

/** Who was let in, and what was handed out, is who and what the scan asked for. */
export function expectAnswersToFit({ known }: Story): void {
  for (const { sent, status, body } of known.answers) {
    if (status !== 201) continue;
    const holder = known.people.find(({ id }) => id === body.enrollment.id);
    const ticket =
      sent.to === 'check-ins' && sent.scan.enrollmentId !== undefined ? holder?.id : holder?.accessCode;
    const asked = { to: sent.to, ticket, thing: body.lineItem?.lineItemId ?? body.product?.productId };
    expect(asked).toEqual(askedBy(sent));
  }
}

function askedBy({ to, scan }: SentScan): { to: string; ticket: string | undefined; thing?: string } {
  const ticket = scan.accessCode ?? ('enrollmentId' in scan ? scan.enrollmentId : undefined);
  if ('lineItemId' in scan) return { to, ticket, thing: scan.lineItemId };
  if ('productId' in scan) return { to, ticket, thing: scan.productId };
  return { to, ticket };
}

/** A first is the first: every entry that was recorded before it had been annulled by then. */
export async function expectFirstsToBeFirst(db: Queryable, { eventId }: Story): Promise<void> {
  const seconds = await db.query(
    `select s.enrollment_id, s.scan_id, c.scan_id as earlier
     from attendance.scans s
     join attendance.check_ins c on c.event_id = s.event_id and c.enrollment_id = s.enrollment_id
     join attendance.scans e on e.event_id = c.event_id and e.scan_id = c.scan_id
     where s.event_id = $1 and s.kind = 'check_in' and s.answer_body ->> 'outcome' = 'first'
       and c.scan_id <> s.scan_id and c.direction = 'entry'
       and (c.annulled_at is null or c.annulled_at > s.recorded_at)
       and (c.recorded_at < s.recorded_at
         or (c.recorded_at = s.recorded_at and e.answer_body ->> 'outcome' = 'first'))`,
    [eventId],
  );
  expect(seconds).toEqual([]);
}

/**
 * A unit is handed out once and was bought: no two redemptions were told one count, and none a count above what was
 * bought.
 */
export async function expectNothingToBeOversold(db: Queryable, { eventId, known }: Story): Promise<void> {
  const bought = await db.query<{ line_item_id: string; quantity: number; redeemed: number }>(
    `select line_item_id, i.quantity, count(r.redemption_id)::int as redeemed
     from attendance.line_items i
     left join attendance.redemptions r using (event_id, line_item_id)
     where event_id = $1
     group by line_item_id, i.quantity`,
    [eventId],
  );
  const handedOut = new Map<string, Map<string, number>>();
  for (const { sent, status, body } of known.answers) {
    if (sent.to !== 'redemptions' || status !== 201) continue;
    const { lineItemId, redeemed } = body.lineItem;
    const counts = handedOut.get(lineItemId) ?? new Map<string, number>();
    handedOut.set(lineItemId, counts.set(sent.scan.scanId, redeemed));
  }
  for (const [lineItemId, counts] of handedOut) {
    const kept = bought.find(({ line_item_id }) => line_item_id === lineItemId);
    expect(kept, `of line item ${lineItemId} ${counts.size} were handed out`).toBeDefined();
    expect(new Set(counts.values()).size).toBe(counts.size);
    expect(Math.max(...counts.values())).toBeLessThanOrEqual(kept?.redeemed ?? 0);
    expect(kept?.redeemed).toBeLessThanOrEqual(kept?.quantity ?? 0);
  }
}

/** At each door everybody is new once. */
export async function expectDoorFirstsToBeFirst(db: Queryable, { eventId }: Story): Promise<void> {
  const seconds = await db.query(
    `select enrollment_id, product_id, count(*) filter (where answer_body ->> 'outcome' = 'first') as firsts
     from attendance.scans
     where event_id = $1 and kind = 'door_check' and refusal is null
     group by enrollment_id, product_id
     having count(*) filter (where answer_body ->> 'outcome' = 'first') <> 1`,
    [eventId],
  );
  expect(seconds).toEqual([]);
}
