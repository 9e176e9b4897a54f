import { z } from 'zod';
import { id, instant, instantOut, line, reason } from '../primitives.ts';
import { status } from './check-ins.ts';

/** The longest window of one undo: as long as an event may be. */
const LONGEST_WINDOW_MS = 366 * 24 * 60 * 60_000;

/**
 * `POST /v1/events/{eventId}/annulments`: undo of all check-ins of one device or station in a window, both ends
 * included, by the time of the scan. A device is known by the id of its token.
 */
export const bulkAnnulmentRequest = z
  .strictObject({
    deviceId: id.optional(),
    station: line(100).optional(),
    from: instant,
    to: instant,
    reason,
    dryRun: z.boolean().default(false),
  })
  .refine(({ deviceId, station }) => (deviceId === undefined) !== (station === undefined), {
    path: ['deviceId'],
    error: 'is required, or station instead; not both',
  })
  .refine((window) => !(lengthOf(window) < 0), { path: ['to'], error: 'must not be before from' })
  .refine((window) => !(lengthOf(window) > LONGEST_WINDOW_MS), {
    path: ['to'],
    error: 'must be at most 366 days after from',
  })
  .meta({
    id: 'BulkAnnulmentRequest',
    oneOf: [{ required: ['deviceId'] }, { required: ['station'] }],
  });

export type BulkAnnulmentRequest = z.infer<typeof bulkAnnulmentRequest>;

/** What was annulled or, with `dryRun`, what would be. */
export const bulkAnnulment = z
  .strictObject({
    dryRun: z.boolean(),
    checkIns: z.int().min(0),
    people: z.int().min(0),
    /** How many people went from one status to another; who kept theirs is in none. */
    statusChanges: z.array(z.strictObject({ from: status, to: status, count: z.int().min(1) })),
    /** The first 100 by the time of the scan, each with the status of its person before and after all of it. */
    items: z
      .array(
        z.strictObject({
          checkInId: z.uuid(),
          enrollmentId: z.uuid(),
          displayName: z.string(),
          scannedAt: instantOut,
          station: z.string().nullable(),
          statusBefore: status,
          statusAfter: status,
        }),
      )
      .max(100),
  })
  .meta({ id: 'BulkAnnulment' });

export type BulkAnnulment = z.infer<typeof bulkAnnulment>;

/** Milliseconds. Not a number where one end is no time: that has an error of its own, and is looked at all the same. */
function lengthOf({ from, to }: { from: unknown; to: unknown }): number {
  return from instanceof Date && to instanceof Date ? to.getTime() - from.getTime() : Number.NaN;
}
