import type { Enrollment } from './enrollment.ts';
import type { Move } from './moves.ts';

/** The enrollment after a move. Throws when the move starts from another status: it was decided on other facts. */
export function applyMove<E extends Enrollment>(enrollment: E, move: Move): E {
  if (move.from !== enrollment.status) {
    throw new Error(
      `a move from ${move.from} cannot be applied to an enrollment that is ${enrollment.status}`,
    );
  }
  return { ...enrollment, status: move.to, version: enrollment.version + 1, verdictBy: move.verdictBy };
}
