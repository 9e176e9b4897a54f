import type { Sighting } from './foretold.ts';

export interface ModelScan extends Sighting {
  scanId: string;
  /** Null for a code that nobody has. */
  personId: string | null;
  /** What it names: a code, or an enrollment. */
  names: string;
  asks: Asked;
  bySupervisor: boolean;
}

/** What a scan asks for. */
export type Asked =
  | { for: 'check-in'; direction: 'entry' | 'exit'; admitUnpaid: boolean }
  | { for: 'redemption'; lineItemId: string }
  | { for: 'door check'; productId: string };

/** The same ticket, and the same thing asked of it. */
export function isSameScan(scan: ModelScan, earlier: ModelScan): boolean {
  const sameTicket =
    scan.personId === null ? scan.names === earlier.names : scan.personId === earlier.personId;
  return sameTicket && thing(scan.asks) === thing(earlier.asks);
}

function thing(asks: Asked): string {
  switch (asks.for) {
    case 'check-in':
      return asks.for;
    case 'redemption':
      return `${asks.for} of ${asks.lineItemId}`;
    case 'door check':
      return `${asks.for} at ${asks.productId}`;
  }
}
