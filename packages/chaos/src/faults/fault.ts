import type { Stage } from '../stage.ts';

/** What a fault disturbs; two that share one are never under way at once. */
export type Target = 'postgres' | 'rabbitmq' | 'redis' | 'checkin' | 'closure' | 'admin' | 'notifier';

export interface Fault {
  /** A name that reads well behind a time: `PostgreSQL is killed`. */
  name: string;
  touches: readonly Target[];
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

/** A fault that never came about: the run has proved less than it should. */
export class NothingHappened extends Error {
  override readonly name = 'NothingHappened';
}
