import { z } from 'zod';
import { instantOut, uuid } from '../primitives.ts';
import { eventStats } from './attendees.ts';
import { scanKind } from './check-ins.ts';

/** One scan as the live view shows it. */
export const liveScan = z
  .strictObject({
    scanId: uuid,
    kind: scanKind,
    outcome: z.enum(['accepted', 'refused']),
    /** The problem code of a refused scan. */
    refusal: z.string().nullable(),
    /** Null when the scan named nobody of this event. */
    displayName: z.string().nullable(),
    station: z.string().nullable(),
    direction: z.enum(['entry', 'exit']),
    deviceId: z.uuid(),
    scannedAt: instantOut,
    recordedAt: instantOut,
  })
  .meta({ id: 'LiveScan' });

/**
 * `GET /v1/events/{eventId}/live`, the data of each `snapshot` message: complete in itself, so that a lost one costs
 * nothing. `lastScans` is newest first, at most 20; in the first message after a reconnect with `Last-Event-ID` it
 * reaches back to what was seen, at most 50. Some of them were seen before: `scanId` tells.
 */
export const liveSnapshot = z
  .strictObject({
    at: instantOut,
    enrolled: z.int(),
    byStatus: eventStats.shape.byStatus,
    insideNow: z.int(),
    lastScans: z.array(liveScan).max(50),
  })
  .meta({ id: 'LiveSnapshot' });

export type LiveSnapshot = z.infer<typeof liveSnapshot>;
