import { z } from 'zod';
import { evidence, triggeredBy } from '../events/verdict.ts';
import { accessCode, day, email, instantOut, line, locale, reason } from '../primitives.ts';
import { annulledCheckIn, status } from './check-ins.ts';

export const enrollRequest = z
  .strictObject({
    participant: z.strictObject({
      name: line(200),
      email,
      locale: locale.optional(),
      externalId: line(200).optional(),
    }),
    accessCode: accessCode.optional(),
    ticketType: line(100).optional(),
  })
  .meta({
    id: 'EnrollRequest',
    examples: [{ participant: { name: 'Ada Lovelace', email: 'ada@example.org' }, ticketType: 'Speaker' }],
  });

export type EnrollRequest = z.infer<typeof enrollRequest>;

/** `PATCH /v1/events/{eventId}/enrollments/{enrollmentId}`. */
export const changeEnrollmentRequest = z
  .strictObject({ ticketType: line(100).nullable() })
  .meta({ id: 'ChangeEnrollmentRequest' });

/** `POST …/access-code`: the code to give it; without one, one is made. */
export const reissueRequest = z
  .strictObject({ accessCode: accessCode.optional() })
  .meta({ id: 'ReissueRequest' });

export const badgeQuery = z.object({ format: z.enum(['svg', 'png']).default('svg') });

export const enrollmentBody = z
  .strictObject({
    id: z.uuid(),
    eventId: z.uuid(),
    status,
    version: z.int(),
    accessCode: z.string(),
    ticketType: z.string().nullable(),
    attendedAt: instantOut.nullable(),
    participant: z.strictObject({
      id: z.uuid(),
      name: z.string(),
      email: z.string(),
      locale: z.string().nullable(),
      externalId: z.string().nullable(),
    }),
    createdAt: instantOut,
  })
  .meta({ id: 'Enrollment' });

export type EnrollmentBody = z.infer<typeof enrollmentBody>;

/**
 * Who did something: a token, by id and label; a person whom an identity provider vouches for, by the id it gives them
 * and its host; or Turnout itself.
 */
export const actor = z
  .discriminatedUnion('type', [
    z.strictObject({ type: z.literal('token'), id: z.uuid(), label: z.string() }),
    z.strictObject({ type: z.literal('user'), id: z.string(), label: z.string() }),
    z.strictObject({ type: z.literal('system'), id: z.string() }),
  ])
  .meta({ id: 'Actor' });

export type Actor = z.infer<typeof actor>;

export const transitionBody = z
  .strictObject({
    id: z.uuid(),
    enrollmentId: z.uuid(),
    from: status.nullable(),
    to: status,
    triggeredBy,
    actor,
    reason: z.string(),
    evidence: evidence.nullable(),
    version: z.int(),
    at: instantOut,
    /** The id of the request or the closure run that caused it. */
    cause: z.string(),
  })
  .meta({ id: 'Transition' });

export type TransitionBody = z.infer<typeof transitionBody>;

/** What the event's rule says of the check-ins stored, as of now. */
export const evaluationBody = z
  .strictObject({
    rule: z.enum(['all_days', 'any_day', 'minimum_days']),
    met: z.boolean(),
    presentDays: z.array(day),
    requiredDays: z.int(),
    missingDays: z.array(day),
    eventDays: z.array(day),
  })
  .meta({ id: 'Evaluation' });

export const enrollmentStory = enrollmentBody
  .extend({
    checkIns: z.array(annulledCheckIn),
    transitions: z.array(transitionBody),
    evaluation: evaluationBody,
  })
  .meta({ id: 'EnrollmentStory' });

export const overrideRequest = z
  .strictObject({ to: z.enum(['attended', 'checked_in']), reason, day: day.optional() })
  .meta({ id: 'OverrideRequest' });

export type OverrideRequest = z.infer<typeof overrideRequest>;

/** The enrollment as it is after a correction, and the audit row of it. */
export const overridden = z
  .strictObject({ enrollment: enrollmentBody, transition: transitionBody })
  .meta({ id: 'Overridden' });
