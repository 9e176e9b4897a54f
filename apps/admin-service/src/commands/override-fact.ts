import type { OverrideDecision } from '@turnout/attendance/decide-override';
import type { Fact } from '@turnout/attendance-store/fact';
import { newId } from '@turnout/runtime/ids';

/** What an override makes happen: a move, or a check-in for the day on which the person was there, as of now. */
export function overrideFact(
  { move, day }: Extract<OverrideDecision, { outcome: 'overridden' }>,
  deviceId: string,
  now: Date,
): Fact {
  if (day === null) return { kind: 'moved', move };
  return {
    kind: 'checked_in',
    outcome: 'first',
    move,
    checkIn: {
      id: newId(),
      scanId: null,
      day,
      scannedAt: now,
      recordedAt: now,
      station: null,
      direction: 'entry',
      source: 'override',
      deviceId,
      annulledAt: null,
      turnedAway: false,
    },
  };
}
