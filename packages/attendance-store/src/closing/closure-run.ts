import type { ClosureRunBody } from '@turnout/contracts/http/closure-runs';

export type ClosureTrigger = ClosureRunBody['trigger'];

/** A closure run that has begun: it may decide about the event's enrollments until a later run overtakes it. */
export interface ClosureRun {
  id: string;
  eventId: string;
  organizationId: string;
  trigger: ClosureTrigger;
  /** The event's `closure_epoch` as this run raised it. */
  epoch: number;
}

/** What a run decided. */
export interface VerdictCounts {
  attended: number;
  noShow: number;
}

export const noVerdicts: VerdictCounts = { attended: 0, noShow: 0 };

/** The verdicts of both, by kind. */
export function addVerdicts(some: VerdictCounts, more: VerdictCounts): VerdictCounts {
  return { attended: some.attended + more.attended, noShow: some.noShow + more.noShow };
}
