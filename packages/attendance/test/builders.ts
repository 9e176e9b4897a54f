import type { Scan } from '../src/decide-check-in.ts';
import type { CheckIn, Enrollment } from '../src/enrollment.ts';
import type { EventPolicy, EventSpan } from '../src/event.ts';
import { dayOf } from '../src/event-days.ts';
import type { LineItem, Order, Product } from '../src/order.ts';

export const minutes = (count: number) => count * 60_000;
export const hours = (count: number) => minutes(60) * count;

export const at = (iso: string) => new Date(iso);
export const plus = (instant: Date, ms: number) => new Date(instant.getTime() + ms);

/** Three days in Berlin, 1 to 3 May 2026, 09:00 to 17:00 local time. */
export function anEvent(changes: Partial<EventPolicy> = {}): EventPolicy {
  return {
    timeZone: 'Europe/Berlin',
    startsAt: at('2026-05-01T09:00:00+02:00'),
    endsAt: at('2026-05-03T17:00:00+02:00'),
    dayBoundary: '00:00',
    requirement: { type: 'all_days' },
    reentry: 'allowed',
    admissionOpensAt: null,
    closureGraceMinutes: 0,
    deviceGraceMinutes: 0,
    cancelledAt: null,
    ...changes,
  };
}

export function anEnrollment(changes: Partial<Enrollment> = {}): Enrollment {
  return { status: 'confirmed', version: 1, verdictBy: null, cancelledAt: null, checkIns: [], ...changes };
}

let made = 0;

/** An entry by Door A at the time given, recorded at once. */
export function aCheckIn(scannedAt: string | Date, changes: Partial<CheckIn> = {}): CheckIn {
  const time = new Date(scannedAt);
  made += 1;
  return {
    id: `check-in-${made}`,
    day: dayOf(anEvent(), time),
    scannedAt: time,
    recordedAt: time,
    station: 'Door A',
    direction: 'entry',
    source: 'scan',
    deviceId: 'device-a',
    annulledAt: null,
    turnedAway: false,
    ...changes,
  };
}

export function aScan(scannedAt: string | Date, changes: Partial<Scan> = {}): Scan {
  return {
    scannedAt: new Date(scannedAt),
    direction: 'entry',
    station: 'Door A',
    deviceId: 'device-a',
    orderPaid: true,
    admitUnpaid: false,
    ...changes,
  };
}

/** The local times at which an event starts and ends, as instants with their offsets. */
export function aSpan(timeZone: string, startsAt: string, endsAt: string, dayBoundary = '00:00'): EventSpan {
  return { timeZone, startsAt: at(startsAt), endsAt: at(endsAt), dayBoundary };
}

export const lunch: Product = { id: 'lunch', name: 'Lunch', kind: 'addon' };
export const tutorial: Product = { id: 'tutorial', name: 'Tutorial', kind: 'addon' };

/** Two of a product, none of them used. */
export function aLineItem(product: Product, changes: Partial<LineItem> = {}): LineItem {
  const { id, name, kind } = product;
  return { id: `item-${id}`, productId: id, name, kind, quantity: 2, redeemed: 0, ...changes };
}

/** Paid, for two lunches. */
export function anOrder(changes: Partial<Order> = {}): Order {
  return { status: 'paid', lineItems: [aLineItem(lunch)], ...changes };
}
