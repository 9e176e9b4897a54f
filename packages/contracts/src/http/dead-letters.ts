import { z } from 'zod';
import { id, instant, instantOut, reason } from '../primitives.ts';

/**
 * `dead`: somebody should look at it. `replayed`: sent again, and not dead again so far. `dropped`: let go, for ever.
 */
export const deadLetterStatus = z.enum(['dead', 'replayed', 'dropped']);

/** Where it was given up: the notifier's queue, a delivery to a person, or the outbox. */
export const deadLetterSource = z.enum(['broker', 'delivery', 'outbox']);

/**
 * Why. Of messages in the notifier's queue: `too_large`, `not_json`, `unknown_type`, `wrong_content` (`paths` names the
 * fields), `not_stored` (readable, and tried as often as the queue allows), `readable_now` (an older release could not
 * read it). `refused`: a delivery was refused for good. `unroutable`: no queue took a message of the outbox.
 */
export const deadLetterReason = z.enum([
  'too_large',
  'not_json',
  'unknown_type',
  'wrong_content',
  'not_stored',
  'readable_now',
  'refused',
  'unroutable',
]);

export const deadLettersQuery = {
  /** The type of the event, such as `turnout.participant.attended.v1`. */
  type: z.string().min(1, 'must not be empty').max(200, 'must have at most 200 characters').optional(),
  /** Died at this time or later. */
  since: instant.optional(),
  status: deadLetterStatus.optional(),
};

export const deadLetterParams = { letterId: id };

export const dropDeadLetterRequest = z.strictObject({ reason }).meta({ id: 'DropDeadLetterRequest' });

const letter = {
  id: z.uuid(),
  status: deadLetterStatus,
  source: deadLetterSource,
  /** Null when the message names no organization that exists. */
  organizationId: z.uuid().nullable(),
  eventId: z.uuid().nullable(),
  /** As the message has it: any text of up to 255 characters, or none. */
  messageId: z.string().nullable(),
  type: z.string().nullable(),
  reason: deadLetterReason,
  /** What happened, and what to do next. */
  detail: z.string(),
  /** Fields that are wrong. Never their values: what a message holds is shown to nobody. */
  paths: z.array(z.string()),
  bytes: z.int().nullable(),
  /** For `delivery`: which one. */
  deliveryId: z.uuid().nullable(),
  attempts: z.int(),
  /** How often it died: once more after each replay that did not help. */
  deaths: z.int(),
  replays: z.int(),
  firstDiedAt: instantOut,
  diedAt: instantOut,
  replayedAt: instantOut.nullable(),
  droppedAt: instantOut.nullable(),
  dropReason: z.string().nullable(),
};

/** What could not be delivered. */
export const deadLetterBody = z.strictObject(letter).meta({ id: 'DeadLetter' });

export type DeadLetterBody = z.infer<typeof deadLetterBody>;

/** Who acted on a letter. An operator is somebody at the command line. */
export const deadLetterActor = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('token'), id: z.uuid() }),
  z.strictObject({ type: z.literal('user'), id: z.string() }),
  z.strictObject({ type: z.literal('operator') }),
]);

export type DeadLetterActor = z.infer<typeof deadLetterActor>;

/** A letter alone, with what was done to it, oldest first. */
export const deadLetterStory = z
  .strictObject({
    ...letter,
    actions: z.array(
      z.strictObject({
        action: z.enum(['replayed', 'dropped']),
        actor: deadLetterActor,
        reason: z.string().nullable(),
        at: instantOut,
        cause: z.string(),
      }),
    ),
  })
  .meta({ id: 'DeadLetterStory' });

export type DeadLetterStory = z.infer<typeof deadLetterStory>;
