import type { CheckIn } from '@turnout/attendance/enrollment';
import type { Move } from '@turnout/attendance/moves';
import type {
  ChangeContext,
  EnrollmentState,
  NewCheckIn,
  NewDoorCheck,
  NewRedemption,
  StoredOrder,
} from './stored.ts';

/**
 * What a decision says has happened to one enrollment. Facts are saved and announced together. `by` says who and why
 * where a batch gathers the work of several; otherwise the context of the whole change does.
 */
export type Fact = { by?: ChangeContext } & (
  | {
      kind: 'checked_in';
      checkIn: NewCheckIn;
      outcome: 'first' | 'new_day' | 're_entry' | 'exit';
      move: Move | null;
    }
  | { kind: 'annulled'; checkIn: CheckIn; reason: string; move: Move | null }
  | { kind: 'moved'; move: Move }
  | { kind: 'redeemed'; redemption: NewRedemption; move: null }
  | { kind: 'door_checked'; doorCheck: NewDoorCheck; move: null }
  /** The order is now this one, and was the one before or none. */
  | { kind: 'ordered'; before: StoredOrder | null; order: StoredOrder; move: null }
  /** The badge says this now. A code that it had before and has no more is void from now on. */
  | { kind: 'badge_changed'; badge: Badge; move: null }
);

/** What a badge says beside a name. */
export interface Badge {
  accessCode: string;
  ticketType: string | null;
}

/** The facts about one enrollment, in the order in which they happened. */
export interface Change {
  enrollment: EnrollmentState;
  facts: readonly Fact[];
}
