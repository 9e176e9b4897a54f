export type Status = 'confirmed' | 'checked_in' | 'attended' | 'no_show' | 'cancelled';

/** One participant in one event, as the rules see it. */
export interface Enrollment {
  status: Status;
  /** 1 when enrolled, one more with each move: the number of audit rows. */
  version: number;
  /** Who gave the verdict, for `attended` and `no_show`; otherwise null. An override's verdict stands. */
  verdictBy: 'rule' | 'override' | null;
  /** When it was cancelled, as it is stored; null unless it is. */
  cancelledAt: Date | null;
  /** All of them, also exits and annulled ones, in any order. */
  checkIns: readonly CheckIn[];
}

/** One accepted piece of evidence. */
export interface CheckIn {
  id: string;
  /** The day it counts for, `YYYY-MM-DD`. */
  day: string;
  /** When it was made, by the device's clock. */
  scannedAt: Date;
  /** When the server took it. */
  recordedAt: Date;
  station: string | null;
  direction: 'entry' | 'exit';
  source: 'scan' | 'override';
  /** The device or admin that recorded it. */
  deviceId: string | null;
  annulledAt: Date | null;
  /** The device sent the person away: they came, and were not let in. */
  turnedAway: boolean;
}

/** The part of a check-in that the requirement looks at. */
export type DayEvidence = Pick<CheckIn, 'day' | 'direction' | 'annulledAt'>;

/** Does this check-in say that the person came? Exits and annulled check-ins do not. */
export function provesPresence(checkIn: Pick<CheckIn, 'direction' | 'annulledAt'>): boolean {
  return checkIn.direction === 'entry' && checkIn.annulledAt === null;
}

/** The enrollment with one more check-in. */
export function addCheckIn<E extends Enrollment>(enrollment: E, checkIn: CheckIn): E {
  return { ...enrollment, checkIns: [...enrollment.checkIns, checkIn] };
}

/** The enrollment with one check-in of which its device says that it sent the person away. */
export function turnAway<E extends Enrollment>(enrollment: E, checkInId: string | null): E {
  return {
    ...enrollment,
    checkIns: enrollment.checkIns.map((checkIn) =>
      checkIn.id === checkInId ? { ...checkIn, turnedAway: true } : checkIn,
    ),
  };
}

/** The enrollment with one check-in annulled: kept, and no longer counting. */
export function annulCheckIn<E extends Enrollment>(enrollment: E, checkInId: string, annulledAt: Date): E {
  return {
    ...enrollment,
    checkIns: enrollment.checkIns.map((checkIn) =>
      checkIn.id === checkInId ? { ...checkIn, annulledAt } : checkIn,
    ),
  };
}
