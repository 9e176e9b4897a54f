import { newId } from '@turnout/runtime/ids';
import { type Measured, putLoad } from '../load.ts';

/** Devices that were offline and come back in the same instant, each with so many scans. */
export const DEVICES = 20;
export const SCANS_OF_A_DEVICE = 300;

export interface FlushTarget {
  url: string;
  token: string;
  eventId: string;
  codes: readonly string[];
}

/** Each device uploads its scans as one batch. */
export async function flushBatches({ url, token, eventId, codes }: FlushTarget): Promise<Measured> {
  const scannedAt = new Date(Date.now() - 60_000).toISOString();
  const bodies = Array.from({ length: DEVICES }, (_, device) => ({
    scans: codes
      .slice(device * SCANS_OF_A_DEVICE, (device + 1) * SCANS_OF_A_DEVICE)
      .map((accessCode) => ({ scanId: newId(), accessCode, scannedAt, station: `Door ${device}` })),
  }));
  const path = `/v1/events/${eventId}/check-ins/batch`;
  const measured = await putLoad({ url, path, token, connections: DEVICES, bodies });
  return { ...measured, rate: measured.rate * SCANS_OF_A_DEVICE };
}

/** The floor has no batches: each device sends one scan after the other. */
export async function flushOneByOne({ url, token, eventId, codes }: FlushTarget): Promise<Measured> {
  const bodies = codes.map((accessCode) => ({ scanId: newId(), accessCode }));
  return await putLoad({ url, path: `/v1/events/${eventId}/check-ins`, token, connections: DEVICES, bodies });
}
