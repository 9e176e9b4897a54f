import type { Stage } from '../stage.ts';

/** What a fault disturbs, and what it needs to be undisturbed. */
export type Target = 'postgres' | 'rabbitmq' | 'redis' | 'checkin' | 'closure' | 'admin' | 'notifier';

export interface Fault {
  /** A name that reads well behind a time: `PostgreSQL is killed`. */
  name: string;
  touches: readonly Target[];
  /** What must work meanwhile, or it would strike an idle system. */
  needs?: readonly Target[];
  /** What must have been going on meanwhile, or the fault has shown nothing. */
  disturbs: 'requests' | 'closures' | 'messages';
  /** How long it lasts, at least and at most. */
  lastsMs: readonly [number, number];
  /** What its target takes to be itself again, as a rule; the plan leaves that time. */
  recoversWithinMs?: number;
  /** Whom it may strike. */
  victims?: readonly string[];
  /**
   * Does it, lasts, and takes it back, also when something fails. Answers what there is to say of it.
   *
   * @throws when the fault could not be brought about, or what must come back does not
   */
  strike(stage: Stage, drawn: { forMs: number; victim: string }): Promise<string | undefined>;
}

/** Whether two faults may not be under way at once. */
export function exclude(one: Fault, other: Fault): boolean {
  const disturbs = (from: Fault, to: Fault) =>
    from.touches.some((target) => to.touches.includes(target) || to.needs?.includes(target));
  return disturbs(one, other) || disturbs(other, one);
}

/** A fault that never came about: the run has proved less than it should. */
export class NothingHappened extends Error {
  override readonly name = 'NothingHappened';
}
