import type { Operation } from '../clients/ledger.ts';
import type { Stage } from '../stage.ts';

interface CheckIn {
  id: string;
  day: string;
  direction: 'entry' | 'exit';
}

/**
 * The verdicts compared with what clients were told, without reading the stored check-ins: whoever was admitted on
 * enough days attended, nobody else did. People of whom something is unknown are left to the invariants.
 */
export async function checkVerdicts({
  db,
  ledger,
  world,
}: Stage): Promise<{ judged: number; problems: string[] }> {
  const rows = await db.query<{ event_id: string; enrollment_id: string; status: string }>(
    `select e.event_id, e.enrollment_id, e.status from attendance.enrollments e
     join attendance.events v using (event_id) where v.closed_at is not null`,
  );
  const twice = await db.query<{ enrollment_id: string; verdicts: number }>(
    `select enrollment_id, count(*) as verdicts from attendance.transitions
     where from_status in ('confirmed', 'checked_in') and to_status in ('attended', 'no_show')
     group by event_id, enrollment_id having count(*) > 1`,
  );
  const required = new Map(world.events.map((event) => [event.id, event.required]));
  const known = new Set(world.events.flatMap(({ people }) => people.map(({ id }) => id)));
  const byPerson = Map.groupBy(ledger.operations, ({ enrollmentId }) => enrollmentId);
  const problems = twice.map(
    ({ enrollment_id, verdicts }) => `${enrollment_id} was closed ${verdicts} times`,
  );
  let judged = 0;
  for (const { event_id, enrollment_id, status } of rows) {
    const operations = byPerson.get(enrollment_id) ?? [];
    const isCertain = operations.every(({ outcome }) => outcome === 'acknowledged' || outcome === 'refused');
    if (!known.has(enrollment_id) || !isCertain) continue;
    judged += 1;
    const expected = expectedStatus(operations, required.get(event_id) ?? 1);
    if (expected !== status)
      problems.push(
        `${enrollment_id} of ${event_id} is ${status}; by what clients were told it is ${expected}`,
      );
  }
  return { judged, problems };
}

/** What somebody is after all that was acknowledged, when so many days present are asked for. */
export function expectedStatus(operations: readonly Operation[], required: number): string {
  const done = operations.filter(({ outcome }) => outcome === 'acknowledged');
  if (done.some(({ kind }) => kind === 'cancellation')) return 'cancelled';
  const overrides = done.filter(({ kind }) => kind === 'override');
  if (overrides.some(({ to }) => to === 'attended')) return 'attended';
  const annulled = new Set(done.filter(({ kind }) => kind === 'annulment').map(({ key }) => key));
  const days = done
    .filter(({ kind }) => kind === 'check_in')
    .map(({ body = '{}' }) => (JSON.parse(body) as { checkIn: CheckIn }).checkIn)
    .filter(({ id, direction }) => direction === 'entry' && !annulled.has(id))
    .map(({ day }) => day);
  const byHand = overrides.flatMap(({ day }) => day ?? []);
  return new Set([...days, ...byHand]).size >= required ? 'attended' : 'no_show';
}
