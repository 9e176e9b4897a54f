import type { StoredDeadLetter } from '../dead-letters/stored-dead-letter.ts';
import type { WhyNotDeliverable } from '../store/why-not-deliverable.ts';

/** `not_published`: RabbitMQ could not be asked, or did not confirm. The letter is as it was. */
export type DeadLetterRefusal =
  | 'already_dropped'
  | 'already_replayed'
  | 'body_not_kept'
  | 'not_published'
  | WhyNotDeliverable;

/** How an action on a dead letter ended. `changed` is false when it had been done before. */
export type Handled =
  | { outcome: 'done'; letter: StoredDeadLetter; changed: boolean }
  | { outcome: 'not_found' }
  | { outcome: 'refused'; refusal: DeadLetterRefusal; letter: StoredDeadLetter };
