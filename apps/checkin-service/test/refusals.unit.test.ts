import type { CheckIn } from '@turnout/attendance/enrollment';
import type { StoredEvent } from '@turnout/attendance-store/stored';
import { describe, expect, it } from 'vitest';
import { annulmentRefused, type ScanRefusal, sentenceFor } from '../src/answers/refusals.ts';

const event: StoredEvent = {
  id: 'e',
  organizationId: 'o',
  name: 'TypeScript Days',
  timeZone: 'Europe/Berlin',
  startsAt: new Date('2026-05-01T09:00:00+02:00'),
  endsAt: new Date('2026-05-03T17:00:00+02:00'),
  dayBoundary: '00:00',
  requirement: { type: 'any_day' },
  reentry: 'once',
  admissionOpensAt: null,
  closureGraceMinutes: 0,
  deviceGraceMinutes: 0,
  closedAt: null,
  cancelledAt: null,
  cancellationReason: null,
  createdAt: new Date('2026-01-01T00:00:00Z'),
};
const scannedAt = new Date('2026-05-01T10:00:00Z');
const scan = { kind: 'check_in', scannedAt, deviceId: 'this-device' } as const;

const checkIn = (msAgo: number, changes: Partial<CheckIn> = {}): CheckIn => ({
  id: 'c',
  day: '2026-05-01',
  scannedAt: new Date(scannedAt.getTime() - msAgo),
  recordedAt: scannedAt,
  station: 'Door A',
  direction: 'entry',
  source: 'scan',
  deviceId: 'this-device',
  annulledAt: null,
  turnedAway: false,
  ...changes,
});
const dinner = { id: 'p', name: 'Dinner', kind: 'addon' } as const;
const already = (msAgo: number, changes: Partial<CheckIn> = {}, reentry: 'once' | 'once_per_day' = 'once') =>
  ({ code: 'already_checked_in', previous: checkIn(msAgo, changes), reentry }) as const;
const at = (iso: string) => new Date(iso);

/** What happened, and the next step, of every code a scan can be refused with. */
const sentences: Record<ScanRefusal['code'], [refusal: ScanRefusal, detail: string][]> = {
  unknown_code: [
    [
      { code: 'unknown_code' },
      'No ticket of TypeScript Days has this code. Check that it is the right event, or search by name.',
    ],
  ],
  scan_id_reused: [
    [
      { code: 'scan_id_reused' },
      'This scanId was already used for another ticket or another request. Scan again; the device must send a new scanId for each scan.',
    ],
  ],
  event_cancelled: [
    [
      { code: 'event_cancelled', cancelledAt: at('2026-04-02T22:30:00Z') },
      'TypeScript Days was cancelled on 3 Apr 2026, 00:30. Admit nobody; ask the organizer.',
    ],
  ],
  enrollment_cancelled: [
    [
      { code: 'enrollment_cancelled', cancelledAt: at('2026-05-03T12:05:00Z') },
      'Ask the organizer: this ticket was cancelled on 3 May 2026, 14:05.',
    ],
    [{ code: 'enrollment_cancelled', cancelledAt: null }, 'Ask the organizer: this ticket was cancelled.'],
  ],
  scanned_in_future: [
    [
      { code: 'scanned_in_future', scannedAt, now: at('2026-05-01T09:54:30Z') },
      "The clock of this device is 5 minutes ahead of the server's. Set it and scan again.",
    ],
    [
      { code: 'scanned_in_future', scannedAt, now: at('2026-05-01T09:00:00Z') },
      "The clock of this device is 1 hour ahead of the server's. Set it and scan again.",
    ],
  ],
  not_open_yet: [
    [
      { code: 'not_open_yet', opensAt: at('2026-04-30T22:00:00Z') },
      'Admission opens on 1 May 2026, 00:00. Ask the person to come back then.',
    ],
  ],
  event_ended: [
    [
      { code: 'event_ended', endedAt: event.endsAt },
      'TypeScript Days ended on 3 May 2026, 17:00. If the person was there, ask an admin to correct the attendance.',
    ],
  ],
  order_unpaid: [
    [
      { code: 'order_unpaid' },
      'The order is not paid. Send the person to the cash desk, or ask a supervisor to admit them.',
    ],
  ],
  unknown_line_item: [
    [
      { code: 'unknown_line_item' },
      'The order of this ticket does not have this line item. Reload the products of the ticket and choose one.',
    ],
  ],
  fully_redeemed: [
    [
      {
        code: 'fully_redeemed',
        lineItem: { ...dinner, id: 'l', productId: dinner.id, quantity: 2, redeemed: 2 },
      },
      'Dinner: 2 of 2 have been handed out. Do not hand out more; if the person disagrees, call a supervisor.',
    ],
  ],
  unknown_product: [
    [
      { code: 'unknown_product' },
      'TypeScript Days has no such product. Choose the product of this door on the device again.',
    ],
  ],
  not_entitled: [
    [
      { code: 'not_entitled', product: dinner },
      'This ticket does not include Dinner. Do not admit; the cash desk may be able to sell it.',
    ],
  ],
  already_checked_in: [
    [
      already(4_000),
      'This device scanned this badge 4 seconds ago: a double scan, nothing is wrong. Continue with the next person.',
    ],
    [
      already(1_200),
      'This device scanned this badge 1 second ago: a double scan, nothing is wrong. Continue with the next person.',
    ],
    [
      already(0),
      'This device scanned this badge just now: a double scan, nothing is wrong. Continue with the next person.',
    ],
    [
      already(10_001),
      'This ticket admits only once, and was scanned at Door A by this device on 1 May 2026, 11:59. If that was this person, they are already checked in. If not, do not admit them, and call a supervisor.',
    ],
    [
      already(4_000, { deviceId: 'another', station: null }, 'once_per_day'),
      'This ticket admits once a day, and was scanned by another device on 1 May 2026, 11:59. If that was this person, they are already checked in. If not, do not admit them, and call a supervisor.',
    ],
    [
      already(-3_600_000),
      'This ticket admits only once, and was scanned at Door A by this device on 1 May 2026, 13:00. If that was this person, they are already checked in. If not, do not admit them, and call a supervisor.',
    ],
    [
      already(3_600_000, { source: 'override', station: null }),
      'This ticket admits only once, and an admin checked it in on 1 May 2026, 11:00. If that was this person, they are already checked in. If not, do not admit them, and call a supervisor.',
    ],
  ],
};

const nextStep =
  /\b(ask|reload|choose|do not admit|send|scan again|set it|check that|search|continue|call|scan the badge again)\b/i;

describe('what a refused scan tells the desk', () => {
  const cases = Object.values(sentences).flat();

  it.each(cases)('$code: what happened, and what to do next (%#)', (refusal, detail) => {
    const said = sentenceFor(refusal, event, scan).detail;
    expect(said).toBe(detail);
    expect(said).toMatch(nextStep);
  });

  it('gives a client the same facts to show in words of its own', () => {
    const cancelledAt = at('2026-05-03T12:05:00Z');
    const extra = (refusal: ScanRefusal) => sentenceFor(refusal, event, scan).extra;
    expect(extra({ code: 'enrollment_cancelled', cancelledAt })).toEqual({
      cancelledAt: '2026-05-03T12:05:00.000Z',
    });
    expect(extra(already(4_000))).toEqual({
      previous: {
        scannedAt: '2026-05-01T09:59:56.000Z',
        station: 'Door A',
        sameDevice: true,
        secondsAgo: 4,
      },
    });
    expect(extra(already(4_000, { deviceId: 'another' }))).toMatchObject({ previous: { sameDevice: false } });
  });
});

describe('what a refused annulment tells the desk', () => {
  it.each([
    [
      { code: 'not_own_check_in' },
      'forbidden',
      'This device did not make this check-in. Ask a supervisor to annul it.',
    ],
    [
      { code: 'supervisor_required' },
      'forbidden',
      'The event is closed, and this would make the person a no-show. Ask a supervisor to annul it.',
    ],
    [
      { code: 'already_annulled', annulledAt: scannedAt },
      'already_annulled',
      'This check-in was annulled on 1 May 2026, 12:00. Nothing is left to do. If the person should be checked in, scan the badge again.',
    ],
    [
      { code: 'annulment_window_over', endedAt: scannedAt },
      'annulment_window_over',
      'A device may undo its own scans for 15 minutes, in this case until 1 May 2026, 12:00. Ask a supervisor to annul it.',
    ],
  ] as const)('$code: what happened, and what to do next', (refusal, problem, detail) => {
    expect(annulmentRefused(refusal, event)).toMatchObject({ problem, detail });
    expect(detail).toMatch(nextStep);
  });

  it('is nothing but "not found" where there is no such check-in', () => {
    expect(annulmentRefused({ code: 'check_in_not_found' }, event)).toEqual({ problem: 'not_found' });
  });
});
