import { z } from 'zod';
import { id, instant, instantOut, line } from '../primitives.ts';
import { actor } from './enrollments.ts';
import { page } from './pagination.ts';

const auditFilter = {
  eventId: id.optional(),
  /** What was done to one enrollment. */
  enrollmentId: id.optional(),
  /** What one token did, or one part of the system. */
  actorId: line(200).optional(),
  /** At this time or later. */
  from: instant.optional(),
  /** Before this time. */
  to: instant.optional(),
  /** `event.changed`, `enrollment.attended`. */
  action: z
    .string()
    .regex(/^[a-z_]{1,60}\.[a-z_]{1,60}$/, 'must be the name of an action, like event.changed')
    .optional(),
};

export type AuditFilter = z.output<z.ZodObject<typeof auditFilter>>;

const backwards = { path: ['to'], error: 'must not be before from' };

function isForwards({ from, to }: Pick<AuditFilter, 'from' | 'to'>): boolean {
  return !(from && to && to < from);
}

export const auditListQuery = z.object({ ...page, ...auditFilter }).refine(isForwards, backwards);

export const auditExportQuery = z
  .object({ ...auditFilter, format: z.enum(['ndjson', 'csv']).default('ndjson') })
  .refine(isForwards, backwards);

/**
 * Something that was done: by whom, when, to what, and why. A change of status is the action `enrollment.<status>`, and
 * its `details` say from, to, triggeredBy, version and evidence. Never a name or an address of a participant.
 */
export const auditEntry = z
  .strictObject({
    id: z.uuid(),
    kind: z.enum(['transition', 'action']),
    at: instantOut,
    action: z.string(),
    actor,
    eventId: z.uuid().nullable(),
    enrollmentId: z.uuid().nullable(),
    /** What else it was done to: a product, a token, an endpoint. */
    subjectId: z.uuid().nullable(),
    reason: z.string().nullable(),
    details: z.record(z.string(), z.unknown()),
    /** The id of the request or the run that caused it. */
    cause: z.string(),
  })
  .meta({ id: 'AuditEntry' });

export type AuditEntryBody = z.infer<typeof auditEntry>;

/** Where the chain of seals ends, to be noted elsewhere; null while nothing is sealed. */
export const auditHead = z
  .strictObject({
    seal: z.int().nullable(),
    hash: z
      .string()
      .regex(/^[0-9a-f]{64}$/)
      .nullable(),
    sealedAt: instantOut.nullable(),
  })
  .meta({ id: 'AuditHead' });

export type AuditHeadBody = z.infer<typeof auditHead>;
