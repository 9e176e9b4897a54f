import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Entry } from './ledger.ts';

export interface DevicesOptions {
  url: string;
  token: string;
  eventId: string;
  accessCodes: readonly string[];
  devices: number;
}

export interface Devices {
  readonly ledger: readonly Entry[];
  /** Ends the load when the answers under way have come. */
  stop(): Promise<void>;
}

const PATIENCE_MS = 5_000;
const BETWEEN_SCANS_MS = 15;

/** Devices at a door, each scanning one badge after the other, with a ledger of what they were told. */
export function startDevices(options: DevicesOptions): Devices {
  const { accessCodes, devices } = options;
  const ledger: Entry[] = [];
  let stopping = false;
  let next = 0;
  async function device(): Promise<void> {
    while (!stopping) {
      const accessCode = accessCodes[next++ % accessCodes.length] ?? '';
      ledger.push(await scan(options, { scanId: randomUUID(), accessCode }));
      await pause(BETWEEN_SCANS_MS);
    }
  }
  const running = Promise.all(Array.from({ length: devices }, device));
  return {
    ledger,
    async stop() {
      stopping = true;
      await running;
    },
  };
}

/** Sends one scan and notes what came of it. */
export async function scan(
  { url, token, eventId }: Pick<DevicesOptions, 'url' | 'token' | 'eventId'>,
  { scanId, accessCode }: Pick<Entry, 'scanId' | 'accessCode'>,
): Promise<Entry> {
  const began = performance.now();
  const outcome = await fetch(`${url}/v1/events/${eventId}/check-ins`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
    body: JSON.stringify({ scanId, accessCode }),
    signal: AbortSignal.timeout(PATIENCE_MS),
  }).then(
    async (response): Promise<Entry['outcome']> => {
      await response.body?.cancel();
      if (response.status === 201) return 'acknowledged';
      // A 503 says that the database did not answer in time: what it did with the scan nobody knows.
      return response.status >= 500 ? 'unknown' : 'refused';
    },
    (): Entry['outcome'] => 'unknown',
  );
  return { scanId, accessCode, outcome, answeredAt: Date.now(), tookMs: performance.now() - began };
}
