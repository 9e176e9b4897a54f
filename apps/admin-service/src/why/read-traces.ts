import type { Status } from '@turnout/attendance/enrollment';
import type { TriggeredBy } from '@turnout/attendance/moves';
import type { Evidence } from '@turnout/attendance/requirement';
import type { Actor } from '@turnout/contracts/http/enrollments';
import type { Statement, Tx } from '@turnout/runtime/postgres';

/** What is kept of an enrollment, table by table: of each the newest rows. */
export interface Traces {
  transitions: TransitionTrace[];
  checkIns: CheckInTrace[];
  refusals: RefusalTrace[];
  uses: UseTrace[];
  actions: ActionTrace[];
  deliveries: DeliveryTrace[];
}

export interface TransitionTrace {
  id: string;
  at: Date;
  from: Status | null;
  to: Status;
  triggeredBy: TriggeredBy;
  actor: Actor;
  reason: string;
  evidence: Evidence | null;
  cause: string;
  messageId: string | null;
  message: 'pending' | 'put_aside' | 'published';
}

export interface CheckInTrace {
  id: string;
  day: string;
  scannedAt: Date;
  recordedAt: Date;
  station: string | null;
  direction: 'entry' | 'exit';
  source: 'scan' | 'override';
  /** The label of the device's or admin's token. */
  device: string | null;
  turnedAway: boolean;
  annulledAt: Date | null;
  annulledBy: { label?: string; cause?: string } | null;
  annulmentReason: string | null;
}

export interface RefusalTrace {
  id: string;
  kind: 'check_in' | 'redemption' | 'door_check';
  refusal: string;
  scannedAt: Date;
  recordedAt: Date;
  station: string | null;
  device: string | null;
  deviceDecision: 'admitted' | 'turned_away' | null;
  cause: string;
}

export interface UseTrace {
  id: string;
  kind: 'redemption' | 'door_check';
  product: string;
  recordedAt: Date;
  station: string | null;
  device: string | null;
}

export interface ActionTrace {
  id: string;
  at: Date;
  action: string;
  actor: Actor;
  reason: string | null;
  details: Readonly<Record<string, unknown>>;
  cause: string;
}

export interface DeliveryTrace {
  id: string;
  messageId: string;
  type: string;
  channel: 'email' | 'log' | 'webhook';
  status: 'pending' | 'sent' | 'failed';
  attempts: number;
  createdAt: Date;
  sentAt: Date | null;
}

const device = '(select label from access.tokens where token_id = r.device_id) as device';

const transitions: Statement = {
  name: 'why_transitions',
  text: `
    select r.transition_id as id, r.at, r.from_status as "from", r.to_status as "to", r.triggered_by as "triggeredBy", r.actor,
      r.reason, r.evidence, r.cause, r.message_id as "messageId",
      case
        when exists (select from outbox.messages m where m.message_id = r.message_id) then 'pending'
        when exists (select from outbox.put_aside m where m.message_id = r.message_id) then 'put_aside'
        else 'published'
      end as message
    from attendance.transitions r
    where r.event_id = $1 and r.enrollment_id = $2
    order by r.version desc limit $3`,
};

const checkIns: Statement = {
  name: 'why_check_ins',
  text: `
    select r.check_in_id as id, r.day, r.scanned_at as "scannedAt", r.recorded_at as "recordedAt", r.station, r.direction,
      r.source, ${device}, r.turned_away as "turnedAway", r.annulled_at as "annulledAt", r.annulled_by as "annulledBy",
      r.annulment_reason as "annulmentReason"
    from attendance.check_ins r
    where r.event_id = $1 and r.enrollment_id = $2
    order by r.recorded_at desc, r.check_in_id desc limit $3`,
};

const refusals: Statement = {
  name: 'why_refusals',
  text: `
    select r.scan_id as id, r.kind, r.refusal, r.scanned_at as "scannedAt", r.recorded_at as "recordedAt", r.station,
      ${device}, r.device_decision as "deviceDecision", r.cause
    from attendance.enrollment_refusals r
    where r.event_id = $1 and r.enrollment_id = $2
    order by r.recorded_at desc, r.scan_id desc limit $3`,
};

const uses: Statement = {
  name: 'why_uses',
  text: `
    select * from (
      select r.redemption_id as id, 'redemption' as kind, p.name as product, r.recorded_at as "recordedAt", r.station, ${device}
      from attendance.line_items i
      join attendance.redemptions r on r.event_id = i.event_id and r.line_item_id = i.line_item_id
      join attendance.products p on p.event_id = i.event_id and p.product_id = i.product_id
      where i.event_id = $1 and i.enrollment_id = $2
      union all
      select r.door_check_id, 'door_check', p.name, r.recorded_at, r.station, ${device}
      from attendance.door_checks r
      join attendance.products p on p.event_id = r.event_id and p.product_id = r.product_id
      where r.event_id = $1 and r.enrollment_id = $2
    ) used
    order by "recordedAt" desc, id desc limit $3`,
};

// An annulment is told by its check-in, which also has those from before annulments were actions.
const actions: Statement = {
  name: 'why_actions',
  text: `
    select r.action_id as id, r.at, r.action, r.actor, r.reason, r.details, r.cause
    from access.actions r
    where r.event_id = $1 and r.subject_id = $2 and r.action <> 'check_in.annulled'
    order by r.at desc, r.action_id desc limit $3`,
};

const deliveries: Statement = {
  name: 'why_deliveries',
  text: `
    select r.delivery_id as id, r.message_id as "messageId", r.type, r.channel, r.status, r.attempts,
      r.created_at as "createdAt", r.sent_at as "sentAt"
    from notifier.enrollment_deliveries r
    where r.event_id = $1 and r.enrollment_id = $2
    order by r.created_at desc, r.delivery_id desc limit $3`,
};

/** Reads at most `limit` rows of each table, the newest, in one round trip. */
export async function readTraces(
  tx: Tx,
  { eventId, enrollmentId, limit }: { eventId: string; enrollmentId: string; limit: number },
): Promise<Traces> {
  const values = [eventId, enrollmentId, limit];
  const [moved, checkedIn, refused, used, acted, delivered] = await Promise.all([
    tx.query<TransitionTrace>(transitions, values),
    tx.query<CheckInTrace>(checkIns, values),
    tx.query<RefusalTrace>(refusals, values),
    tx.query<UseTrace>(uses, values),
    tx.query<ActionTrace>(actions, values),
    tx.query<DeliveryTrace>(deliveries, values),
  ]);
  return {
    transitions: moved,
    checkIns: checkedIn,
    refusals: refused,
    uses: used,
    actions: acted,
    deliveries: delivered,
  };
}
