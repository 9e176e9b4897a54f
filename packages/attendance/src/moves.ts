import type { Status } from './enrollment.ts';
import type { Evidence } from './requirement.ts';

export type TriggeredBy = 'system' | 'front_desk' | 'admin' | 'participant';

/** Why a move happened, as a code that names no person. */
export type MoveCode =
  | 'enrolled'
  | 'first_check_in'
  | 'requirement_met'
  | 'requirement_not_met'
  | 'never_checked_in'
  | 'late_evidence'
  | 'override'
  | 'check_in_annulled'
  | 'correction'
  | 'cancellation';

/** One change of an enrollment's status: what its audit row says. */
export interface Move {
  /** Null for enrolling. */
  from: Status | null;
  to: Status;
  triggeredBy: TriggeredBy;
  code: MoveCode;
  /** The words of whoever asked for it; the code where nobody did. */
  reason: string;
  /** What was known of the person's presence; null for enrolling. */
  evidence: Evidence | null;
  verdictBy: 'rule' | 'override' | null;
}

export interface AllowedMove {
  from: Status | null;
  to: Status;
  triggeredBy: readonly TriggeredBy[];
  when: string;
}

/** Every move there is. Whatever is not here is refused with `illegal_transition`. */
export const moves: readonly AllowedMove[] = [
  { from: null, to: 'confirmed', triggeredBy: ['admin', 'participant'], when: 'enrolling' },
  { from: 'confirmed', to: 'checked_in', triggeredBy: ['front_desk'], when: 'first accepted check-in' },
  {
    from: 'confirmed',
    to: 'checked_in',
    triggeredBy: ['admin'],
    when: 'override: the person was there and missed the formal check-in',
  },
  {
    from: 'checked_in',
    to: 'confirmed',
    triggeredBy: ['front_desk', 'admin'],
    when: 'the only check-in was annulled',
  },
  { from: 'checked_in', to: 'attended', triggeredBy: ['system'], when: 'closure, requirement met' },
  {
    from: 'checked_in',
    to: 'no_show',
    triggeredBy: ['system'],
    when: 'closure, requirement not met: present, but not on enough days',
  },
  { from: 'confirmed', to: 'no_show', triggeredBy: ['system'], when: 'closure, never checked in' },
  { from: 'no_show', to: 'attended', triggeredBy: ['admin'], when: 'override: a mistake is corrected' },
  {
    from: 'no_show',
    to: 'attended',
    triggeredBy: ['system'],
    when: 'late evidence now meets the requirement',
  },
  {
    from: 'attended',
    to: 'no_show',
    triggeredBy: ['front_desk', 'admin'],
    when: 'a check-in was annulled after closure and the requirement is no longer met; at the desk by a supervisor',
  },
  {
    from: 'no_show',
    to: 'attended',
    triggeredBy: ['admin'],
    when: "correction: the event's days or requirement changed after closure and the rule now says otherwise",
  },
  {
    from: 'attended',
    to: 'no_show',
    triggeredBy: ['admin'],
    when: "correction: the event's days or requirement changed after closure and the rule now says otherwise",
  },
  { from: 'confirmed', to: 'cancelled', triggeredBy: ['admin', 'participant'], when: 'cancellation' },
  { from: 'checked_in', to: 'cancelled', triggeredBy: ['admin', 'participant'], when: 'cancellation' },
];

/** Does the table of moves allow this one? `from` is null for enrolling. */
export function isMove(from: Status | null, to: Status, triggeredBy: TriggeredBy): boolean {
  return moves.some((move) => move.from === from && move.to === to && move.triggeredBy.includes(triggeredBy));
}
