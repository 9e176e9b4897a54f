import { z } from 'zod';
import { day, instantOut } from '../primitives.ts';
import { closureRun, toClosureRunBody } from './closure-runs.ts';

/**
 * Where the closure of an event stands.
 *
 * - `not_due`: not over, its grace included, and never closed
 * - `waiting_for_devices`: over, and devices have reported that they still hold scans
 * - `due`: somebody has no verdict, or it was never closed; the schedule closes it next
 * - `running`: a run is under way
 * - `failed`: due, and the last run has not closed it
 * - `correcting`: closed, then changed; those whom the rule decided are being judged again
 * - `closed`: everybody has a verdict
 * - `cancelled`: it is never closed
 */
export const closureState = z
  .enum(['not_due', 'waiting_for_devices', 'due', 'running', 'failed', 'correcting', 'closed', 'cancelled'])
  .meta({ id: 'ClosureState' });

/** `attended` and `noShow` say how many have become which so far; `error` why it does not get on. */
const openCorrection = z
  .strictObject({
    requestedAt: instantOut,
    reason: z.string(),
    corrected: closureRun.shape.counts,
    error: z.string().nullable(),
  })
  .meta({ id: 'OpenCorrection' });

/** `dueAt` is when the schedule first closes the event; `waitsUntil` when it stops to wait for devices. */
const closureFields = {
  state: closureState,
  dueAt: instantOut.nullable(),
  waitsUntil: instantOut.nullable(),
  lastRun: closureRun.nullable(),
  correction: openCorrection.nullable(),
};

export const eventClosure = z.strictObject(closureFields).meta({ id: 'EventClosure' });

export type EventClosureBody = z.infer<typeof eventClosure>;

/** One event in `GET /v1/closures`. */
export const closureOfEvent = z
  .strictObject({
    eventId: z.uuid(),
    name: z.string(),
    endsAt: instantOut,
    closedAt: instantOut.nullable(),
    ...closureFields,
  })
  .meta({ id: 'ClosureOfEvent' });

/** Where a closure stands, with its times as instants. */
interface ClosureFacts extends Pick<EventClosureBody, 'state'> {
  dueAt: Date | null;
  waitsUntil: Date | null;
  lastRun: Parameters<typeof toClosureRunBody>[0] | null;
  correction: (Omit<z.infer<typeof openCorrection>, 'requestedAt'> & { requestedAt: Date }) | null;
}

/** Where a closure stands, as it is answered: the same for an event by itself and in lists. */
export function toEventClosureBody({
  state,
  dueAt,
  waitsUntil,
  lastRun,
  correction,
}: ClosureFacts): EventClosureBody {
  return {
    state,
    dueAt: dueAt?.toISOString() ?? null,
    waitsUntil: waitsUntil?.toISOString() ?? null,
    lastRun: lastRun && toClosureRunBody(lastRun),
    correction: correction && { ...correction, requestedAt: correction.requestedAt.toISOString() },
  };
}

/** What closing would decide about one enrollment, and why. */
export const previewedVerdict = z
  .strictObject({
    enrollmentId: z.uuid(),
    displayName: z.string(),
    status: z.enum(['confirmed', 'checked_in']),
    verdict: z.enum(['attended', 'no_show']),
    reason: z.enum(['requirement_met', 'requirement_not_met', 'never_checked_in']),
    evaluation: z.strictObject({
      rule: z.enum(['all_days', 'any_day', 'minimum_days']),
      met: z.boolean(),
      presentDays: z.array(day),
      requiredDays: z.int(),
      missingDays: z.array(day),
    }),
  })
  .meta({ id: 'PreviewedVerdict' });

export type PreviewedVerdictBody = z.infer<typeof previewedVerdict>;

/**
 * `GET /v1/events/{eventId}/closure-preview`: what closing now would decide. `totals` counts everybody: what would be
 * decided, and what stands already; only the first page has it.
 */
export const closurePreview = z
  .strictObject({
    totals: z
      .strictObject({
        wouldBe: closureRun.shape.counts,
        already: closureRun.shape.counts.extend({ cancelled: z.int() }),
      })
      .nullable(),
    items: z.array(previewedVerdict),
    nextCursor: z.string().nullable(),
  })
  .meta({ id: 'ClosurePreview' });
