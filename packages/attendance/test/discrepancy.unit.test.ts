import { expect, it } from 'vitest';
import { type DeviceDecision, discrepancyOf } from '../src/discrepancy.ts';

it.each<[DeviceDecision, string | null, ReturnType<typeof discrepancyOf>]>([
  ['admitted', null, null],
  ['turned_away', null, 'sent_away_but_valid'],
  ['admitted', 'enrollment_cancelled', 'let_in_but_cancelled'],
  ['admitted', 'event_cancelled', 'let_in_but_cancelled'],
  ['admitted', 'already_checked_in', 'same_ticket_twice'],
  ['admitted', 'unknown_code', 'let_in_but_refused'],
  ['admitted', 'scanned_in_future', 'let_in_but_refused'],
  ['admitted', 'not_open_yet', 'let_in_but_refused'],
  ['admitted', 'event_ended', 'let_in_but_refused'],
  ['admitted', 'order_unpaid', 'let_in_but_refused'],
  ['admitted', 'scan_id_reused', 'let_in_but_refused'],
  ['turned_away', 'enrollment_cancelled', null],
  ['turned_away', 'already_checked_in', null],
  ['turned_away', 'unknown_code', null],
])('a device that has %s, and a server that says %s: %s', (decision, refusal, kind) => {
  expect(discrepancyOf(decision, refusal)).toBe(kind);
});
