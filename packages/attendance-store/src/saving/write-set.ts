import type { Status } from '@turnout/attendance/enrollment';
import type { Move } from '@turnout/attendance/moves';
import type { PublicEvent } from '@turnout/contracts/events/public-event';
import { newId } from '@turnout/runtime/ids';
import { currentTraceHeaders, type TraceHeaders } from '@turnout/runtime/trace-context';
import type { Badge, Change, Fact } from '../fact.ts';
import type {
  ChangeContext,
  EnrollmentState,
  NewCheckIn,
  NewDoorCheck,
  NewRedemption,
  StoredOrder,
} from '../stored.ts';
import { toPublicEvents } from '../to-public-events.ts';

/** The rows that a batch of changes writes, table by table. */
export interface WriteSet {
  enrollments: {
    enrollment: EnrollmentState;
    status: Status;
    version: number;
    verdictBy: Move['verdictBy'];
  }[];
  checkIns: { enrollment: EnrollmentState; checkIn: NewCheckIn }[];
  annulments: { enrollmentId: string; checkInId: string; reason: string; by: ChangeContext }[];
  redemptions: { enrollment: EnrollmentState; redemption: NewRedemption }[];
  doorChecks: { enrollment: EnrollmentState; doorCheck: NewDoorCheck }[];
  orders: { enrollment: EnrollmentState; before: StoredOrder | null; order: StoredOrder }[];
  badges: { enrollment: EnrollmentState; badge: Badge }[];
  transitions: {
    enrollment: EnrollmentState;
    id: string;
    version: number;
    move: Move;
    messageId: string | null;
    by: ChangeContext;
  }[];
  messages: { event: PublicEvent; trace: TraceHeaders }[];
}

/** Turns facts into rows: numbers each enrollment's transitions and pairs them with the messages that announce them. */
export function toWriteSet(changes: readonly Change[], context: ChangeContext, at: Date): WriteSet {
  const set: WriteSet = {
    enrollments: [],
    checkIns: [],
    annulments: [],
    redemptions: [],
    doorChecks: [],
    orders: [],
    badges: [],
    transitions: [],
    messages: [],
  };
  const activeTrace = currentTraceHeaders();
  for (const { enrollment, facts } of changes) {
    let { version, status } = enrollment;
    let lastMove: Move | null = null;
    for (const fact of facts) {
      const { move, by = context } = fact;
      const { trace = activeTrace } = by;
      if (move) {
        if (move.from !== status) throw new Error(`a move from ${move.from} was decided for ${status}`);
        version += 1;
        status = move.to;
        lastMove = move;
      }
      const { events, moveMessageId } = toPublicEvents(enrollment, fact, version, at, trace.traceparent);
      for (const event of events) set.messages.push({ event, trace });
      if (move)
        set.transitions.push({ enrollment, id: newId(), version, move, messageId: moveMessageId, by });
      addEvidence(set, enrollment, fact, by);
    }
    if (lastMove) {
      set.enrollments.push({ enrollment, status, version, verdictBy: lastMove.verdictBy });
    }
  }
  return set;
}

function addEvidence(set: WriteSet, enrollment: EnrollmentState, fact: Fact, by: ChangeContext): void {
  switch (fact.kind) {
    case 'checked_in':
      set.checkIns.push({ enrollment, checkIn: fact.checkIn });
      return;
    case 'annulled':
      set.annulments.push({
        enrollmentId: enrollment.id,
        checkInId: fact.checkIn.id,
        reason: fact.reason,
        by,
      });
      return;
    case 'redeemed':
      set.redemptions.push({ enrollment, redemption: fact.redemption });
      return;
    case 'door_checked':
      set.doorChecks.push({ enrollment, doorCheck: fact.doorCheck });
      return;
    case 'ordered':
      set.orders.push({ enrollment, before: fact.before, order: fact.order });
      return;
    case 'badge_changed':
      set.badges.push({ enrollment, badge: fact.badge });
      return;
    case 'moved':
      return;
  }
}
