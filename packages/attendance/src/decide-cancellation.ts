import type { Enrollment } from './enrollment.ts';
import type { EventPolicy } from './event.ts';
import type { Move } from './moves.ts';
import { type IllegalTransition, type Refused, refused } from './refused.ts';
import { evaluate, evidenceOf } from './requirement.ts';

/** Cancels an enrollment that has no verdict yet. Check-ins it has are kept. */
export function decideCancellation(
  event: EventPolicy,
  enrollment: Enrollment,
  cancellation: { reason: string; by: 'admin' | 'participant' },
): CancellationDecision {
  switch (enrollment.status) {
    case 'confirmed':
    case 'checked_in':
      return {
        outcome: 'cancelled',
        move: {
          from: enrollment.status,
          to: 'cancelled',
          triggeredBy: cancellation.by,
          code: 'cancellation',
          reason: cancellation.reason,
          evidence: evidenceOf(evaluate(event, enrollment.checkIns)),
          verdictBy: null,
        },
      };
    case 'attended':
    case 'no_show':
    case 'cancelled':
      return refused({ code: 'illegal_transition', from: enrollment.status, to: 'cancelled' });
  }
}

export type CancellationDecision = { outcome: 'cancelled'; move: Move } | Refused<IllegalTransition>;
