import { z } from 'zod';
import { instantOut } from '../primitives.ts';
import { status } from './check-ins.ts';
import { evaluationBody } from './enrollments.ts';

/** What an entry tells of. `message`: what was told to other systems. `delivery`: what was told to people. */
export const whyKind = z.enum([
  'transition',
  'check_in',
  'annulment',
  'refusal',
  'redemption',
  'door_check',
  'action',
  'message',
  'delivery',
]);

/** One thing that happened to an enrollment, in a sentence that can be read to whoever asks. Names nobody. */
export const whyEntry = z
  .strictObject({
    at: instantOut,
    kind: whyKind,
    /** In the time zone of the event. */
    sentence: z.string(),
    /** Of what it tells: the transition, check-in, scan, redemption, door check, action, message or delivery. */
    id: z.uuid(),
    /** The request or run that caused it, where that is known. */
    cause: z.string().nullable(),
  })
  .meta({ id: 'WhyEntry' });

export type WhyEntry = z.infer<typeof whyEntry>;

/** Why an enrollment is what it is: all that happened to it, oldest first. */
export const why = z
  .strictObject({
    enrollmentId: z.uuid(),
    eventId: z.uuid(),
    status,
    evaluation: evaluationBody,
    entries: z.array(whyEntry),
    /** Whether older entries were left out: the newest 500 are answered. */
    truncated: z.boolean(),
  })
  .meta({ id: 'Why' });

export type WhyBody = z.infer<typeof why>;
