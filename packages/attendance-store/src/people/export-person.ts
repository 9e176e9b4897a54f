import type { ParticipantExport } from '@turnout/contracts/http/personal-data';
import type { Queryable, Statement } from '@turnout/runtime/postgres';
import { jsonOf } from '../json-of.ts';

const ofMine = (table: string, alias: string) =>
  `from mine join ${table} ${alias} using (event_id, enrollment_id)`;

/** Of a row `s` of scans or reused_scans. */
const scan = `s.scan_id as "scanId", s.kind, s.access_code as "accessCode", s.direction, s.refusal, s.device_id as "deviceId",
  s.device_decision as "deviceDecision", s.line_item_id as "lineItemId", s.product_id as "productId", s.station,
  s.scanned_at as "scannedAt", s.recorded_at as "recordedAt", s.answer_body as answer`;

// One statement, so that all of it is as of one instant. Scans have no index by enrollment: accepted ones are found by
// what they caused, and the others among the refused ones of the event.
const read: Statement = {
  name: 'export_person',
  text: `
    with mine as materialized (
      select e.event_id, e.enrollment_id, e.status, e.version, e.access_code as "accessCode",
        e.ticket_type as "ticketType", e.attended_at as "attendedAt", e.created_at as "createdAt",
        v.name as "eventName", v.time_zone as "timeZone", v.starts_at as "startsAt", v.ends_at as "endsAt"
      from attendance.enrollments e
      join attendance.events v using (event_id)
      where e.organization_id = $1 and e.participant_id = $2
    ), named_scans as (
      select c.event_id, c.scan_id, c.enrollment_id ${ofMine('attendance.check_ins', 'c')} where c.scan_id is not null
      union
      select d.event_id, d.scan_id, d.enrollment_id ${ofMine('attendance.door_checks', 'd')}
      union
      select r.event_id, r.scan_id, r.enrollment_id ${ofMine('attendance.line_items', 'i')}
      join attendance.redemptions r on r.event_id = i.event_id and r.line_item_id = i.line_item_id
      union
      select s.event_id, s.scan_id, s.enrollment_id
      from mine
      join attendance.scans s
        on s.event_id = mine.event_id and s.enrollment_id = mine.enrollment_id and s.refusal is not null
    )
    select clock_timestamp() as "exportedAt",
      json_build_object('id', p.participant_id, 'name', p.name, 'email', p.email, 'locale', p.locale,
        'externalId', p.external_id, 'createdAt', p.created_at, 'changedAt', p.changed_at, 'erasedAt', p.erased_at)
        as participant,
      ${jsonOf('select * from mine order by "createdAt", enrollment_id')} as enrollments,
      ${jsonOf(`
        select o.enrollment_id, o.status, o.created_at as "createdAt", o.changed_at as "changedAt",
          (select coalesce(json_agg(json_build_object('lineItemId', i.line_item_id, 'productId', i.product_id,
              'name', product.name, 'kind', product.kind, 'quantity', i.quantity) order by i.line_item_id), '[]')
            from attendance.line_items i
            join attendance.products product on product.event_id = i.event_id and product.product_id = i.product_id
            where i.event_id = o.event_id and i.enrollment_id = o.enrollment_id) as "lineItems"
        ${ofMine('attendance.orders', 'o')}`)} as orders,
      ${jsonOf(`
        select c.enrollment_id, c.check_in_id as id, c.day, c.scanned_at as "scannedAt", c.recorded_at as "recordedAt",
          c.station, c.direction, c.source, c.annulled_at as "annulledAt", c.annulment_reason as "annulmentReason"
        ${ofMine('attendance.check_ins', 'c')} order by c.recorded_at, c.check_in_id`)} as "checkIns",
      ${jsonOf(`
        select named.enrollment_id, ${scan}
        from named_scans named
        join attendance.scans s on s.event_id = named.event_id and s.scan_id = named.scan_id
        order by s.recorded_at, s.scan_id`)} as scans,
      ${jsonOf(`
        select s.enrollment_id, s.reused_scan_id as id, ${scan}
        ${ofMine('attendance.reused_scans', 's')} order by s.recorded_at, s.reused_scan_id`)} as "reusedScans",
      ${jsonOf(`
        select w.enrollment_id, w.access_code as "accessCode", w.withdrawn_at as "withdrawnAt"
        ${ofMine('attendance.withdrawn_codes', 'w')} order by w.withdrawn_at, w.access_code`)} as "withdrawnCodes",
      ${jsonOf(`
        select t.transition_id as id, t.enrollment_id, t.enrollment_id as "enrollmentId", t.from_status as "from",
          t.to_status as "to", t.triggered_by as "triggeredBy", t.actor, t.reason, t.evidence, t.version, t.at, t.cause
        ${ofMine('attendance.transitions', 't')} order by t.version`)} as transitions,
      ${jsonOf(`
        select m.enrollment_id, m.delivery_id as id, m.channel, m.template, m.status, m.attempts,
          m.created_at as "createdAt", m.sent_at as "sentAt"
        from mine join notifier.messages_to_people m on m.enrollment_id = mine.enrollment_id
        where m.organization_id = $1
        order by m.created_at, m.delivery_id`)} as messages
    from attendance.participants p
    where p.organization_id = $1 and p.participant_id = $2`,
};

type Enrollment = ParticipantExport['enrollments'][number];
type OfEnrollment<Row> = Row & { enrollment_id: string };

interface ExportRow {
  exportedAt: Date;
  participant: ParticipantExport['participant'];
  enrollments: EnrollmentRow[];
  orders: OfEnrollment<NonNullable<Enrollment['order']>>[];
  checkIns: OfEnrollment<Enrollment['checkIns'][number]>[];
  scans: OfEnrollment<Enrollment['scans'][number]>[];
  reusedScans: OfEnrollment<Enrollment['reusedScans'][number]>[];
  withdrawnCodes: OfEnrollment<Enrollment['withdrawnCodes'][number]>[];
  transitions: OfEnrollment<Enrollment['transitions'][number]>[];
  messages: OfEnrollment<Enrollment['messages'][number]>[];
}

type EnrollmentRow = Pick<
  Enrollment,
  'status' | 'version' | 'accessCode' | 'ticketType' | 'attendedAt' | 'createdAt'
> & {
  event_id: string;
  enrollment_id: string;
  eventName: string;
  timeZone: string;
  startsAt: string;
  endsAt: string;
};

/** All that is held about a person, as of one instant; null when the organization has no such participant. */
export async function exportPerson(
  db: Queryable,
  organizationId: string,
  participantId: string,
): Promise<ParticipantExport | null> {
  const [row] = await db.query<ExportRow>(read, [organizationId, participantId]);
  if (!row) return null;
  const orders = byEnrollment(row.orders);
  const checkIns = byEnrollment(row.checkIns);
  const scans = byEnrollment(row.scans);
  const reusedScans = byEnrollment(row.reusedScans);
  const withdrawnCodes = byEnrollment(row.withdrawnCodes);
  const transitions = byEnrollment(row.transitions);
  const messages = byEnrollment(row.messages);
  return {
    exportedAt: row.exportedAt.toISOString(),
    participant: inUtc(row.participant),
    enrollments: row.enrollments.map(
      ({ event_id, enrollment_id, eventName, timeZone, startsAt, endsAt, ...rest }) => ({
        id: enrollment_id,
        event: inUtc({ id: event_id, name: eventName, timeZone, startsAt, endsAt }),
        ...inUtc(rest),
        order: orders(enrollment_id)[0] ?? null,
        checkIns: checkIns(enrollment_id),
        scans: scans(enrollment_id),
        reusedScans: reusedScans(enrollment_id),
        withdrawnCodes: withdrawnCodes(enrollment_id),
        transitions: transitions(enrollment_id),
        messages: messages(enrollment_id),
      }),
    ),
  };
}

/** The rows of an enrollment, without its id. */
function byEnrollment<Row extends object>(
  rows: readonly OfEnrollment<Row>[],
): (enrollmentId: string) => Row[] {
  const found = Map.groupBy(rows, ({ enrollment_id }) => enrollment_id);
  return (enrollmentId) =>
    (found.get(enrollmentId) ?? []).map(({ enrollment_id: _its, ...row }) => inUtc(row as unknown as Row));
}

/** Instants as they are answered: JSON from PostgreSQL has them with microseconds and an offset. */
function inUtc<Row extends object>(row: Row): Row {
  const instant = (name: string) => name === 'at' || name.endsWith('At');
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => [
      name,
      instant(name) && typeof value === 'string' ? new Date(value).toISOString() : value,
    ]),
  ) as Row;
}
