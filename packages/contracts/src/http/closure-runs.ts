import { z } from 'zod';
import { instantOut } from '../primitives.ts';

/** One attempt to close an event. `counts` is what this run decided. */
export const closureRun = z
  .strictObject({
    id: z.uuid(),
    eventId: z.uuid(),
    trigger: z.enum(['schedule', 'command', 'request']),
    status: z.enum(['running', 'succeeded', 'failed']),
    attempts: z.int(),
    counts: z.strictObject({ attended: z.int(), noShow: z.int() }),
    error: z.string().nullable(),
    startedAt: instantOut,
    finishedAt: instantOut.nullable(),
  })
  .meta({ id: 'ClosureRun' });

/** A run that has begun; read it to see how it goes. */
export const startedClosureRun = closureRun
  .pick({ id: true, eventId: true, status: true })
  .meta({ id: 'StartedClosureRun' });

export type ClosureRunBody = z.infer<typeof closureRun>;

export const closureRunStatus = closureRun.shape.status;

/** A run as it is answered; its times are instants. */
export function toClosureRunBody(
  run: Omit<ClosureRunBody, 'startedAt' | 'finishedAt'> & { startedAt: Date; finishedAt: Date | null },
): ClosureRunBody {
  const { id, eventId, trigger, status, attempts, counts, error } = run;
  return {
    id,
    eventId,
    trigger,
    status,
    attempts,
    counts,
    error,
    startedAt: run.startedAt.toISOString(),
    finishedAt: run.finishedAt?.toISOString() ?? null,
  };
}
