import type { ModelLineItem, OrderStatus } from './model-orders.ts';

export type Status = 'confirmed' | 'checked_in' | 'attended' | 'no_show' | 'cancelled';

/** The parts of an answer that the model foretells. */
export interface Foretold {
  status: number;
  code?: string;
  outcome?: string;
  day?: string;
  enrollment?: { id: string; status: Status; version: number; presentDays: string[] };
  previous?: ForetoldPrevious | null;
  /** Of a redemption, as it is afterwards. */
  lineItem?: ForetoldLineItem;
  /** Of a redemption that came too late. */
  redeemed?: number;
  quantity?: number;
  /** Of a door check. */
  productId?: string;
  /** Of an order that was put. */
  order?: { status: OrderStatus; lineItems: ForetoldLineItem[] };
}

export interface ForetoldPrevious {
  scannedAt: string;
  station: string | null;
  sameDevice: boolean;
  secondsAgo: number;
}

export type ForetoldLineItem = ModelLineItem & { remaining: number };

/** One time somebody was seen, in epoch milliseconds. */
export interface Sighting {
  at: number;
  station: string | null;
  deviceId: string;
}

export function asPrevious(earlier: Sighting, now: Sighting): ForetoldPrevious {
  return {
    scannedAt: new Date(earlier.at).toISOString(),
    station: earlier.station,
    sameDevice: earlier.deviceId === now.deviceId,
    secondsAgo: Math.round((now.at - earlier.at) / 1000),
  };
}
