import type { Enrollment } from './enrollment.ts';
import type { Move } from './moves.ts';

/** A new enrollment with the move that is its first audit row. */
export function enroll(triggeredBy: 'admin' | 'participant'): { enrollment: Enrollment; move: Move } {
  return {
    enrollment: { status: 'confirmed', version: 1, verdictBy: null, cancelledAt: null, checkIns: [] },
    move: {
      from: null,
      to: 'confirmed',
      triggeredBy,
      code: 'enrolled',
      reason: 'enrolled',
      evidence: null,
      verdictBy: null,
    },
  };
}
