import { z } from 'zod';
import { day, id, line, reason } from '../primitives.ts';
import { status } from './check-ins.ts';

/** Enrollments in one request: what one transaction does well in time. */
export const MOST_OVERRIDES = 10_000;

/** As in the list of enrollments; all that is given has to apply. */
export const enrollmentFilter = z
  .strictObject({
    status: status.optional(),
    ticketType: line(100).nullable().optional(),
    search: line(200).optional(),
  })
  .meta({ id: 'EnrollmentFilter' });

export type EnrollmentFilter = z.infer<typeof enrollmentFilter>;

export const bulkOverrideRequest = z
  .strictObject({
    to: z.enum(['attended', 'checked_in']),
    reason,
    day: day.optional(),
    enrollmentIds: z
      .array(id)
      .min(1)
      .max(MOST_OVERRIDES)
      .refine((ids) => new Set(ids).size === ids.length, 'must name each enrollment once')
      .optional(),
    filter: enrollmentFilter.optional(),
    dryRun: z.boolean().default(false),
    /** How many the dry run said. */
    expectedCount: z.int().min(0).optional(),
  })
  .refine(({ enrollmentIds, filter }) => (enrollmentIds === undefined) !== (filter === undefined), {
    path: ['enrollmentIds'],
    error: 'is required, or filter instead; not both',
  })
  .refine(({ to, day: named }) => to === 'checked_in' || named === undefined, {
    path: ['day'],
    error: 'is only allowed with "to": "checked_in"; leave it out',
  })
  .refine(({ dryRun, expectedCount }) => dryRun || expectedCount !== undefined, {
    path: ['expectedCount'],
    error: 'is required; send "dryRun": true first, then the count that it returns',
  })
  .meta({ id: 'BulkOverrideRequest' });

export type BulkOverrideRequest = z.infer<typeof bulkOverrideRequest>;

/** What was changed or, with `dryRun`, would be; and what can't be. */
export const bulkOverride = z
  .strictObject({
    dryRun: z.boolean(),
    count: z.int().min(0),
    refusedCount: z.int().min(0),
    /** The first 100 by id. Of one that the event does not have, `from` is null. */
    refused: z
      .array(
        z.strictObject({
          enrollmentId: z.uuid(),
          code: z.enum(['illegal_transition', 'not_found']),
          from: status.nullable(),
          detail: z.string(),
        }),
      )
      .max(100),
  })
  .meta({ id: 'BulkOverride' });

export type BulkOverride = z.infer<typeof bulkOverride>;
