import type { DeadLetterRefusal } from '../commands/handled.ts';
import type { StoredDeadLetter } from './stored-dead-letter.ts';

/** Why a letter is dead, and what can be done about it. */
export function whyDead({ reason, paths, detail, attempts }: StoredDeadLetter): string {
  switch (reason) {
    case 'too_large':
      return 'The message is larger than any event can be. Find out who publishes it, then drop it.';
    case 'not_json':
      return 'The message is not JSON encoded in UTF-8. Find out who publishes it, then drop it.';
    case 'unknown_type':
      return 'This release of the notifier does not know this type. Replay it once a release that knows it is running, or drop it.';
    case 'wrong_content':
      return `The message does not match the schema of its type${paths.length === 0 ? '' : `, in ${paths.join(', ')}`}. Fix the publisher, then drop it.`;
    case 'not_stored':
      return `The message could be read but not stored, in ${attempts} attempts. The cause is in the notifier's log; replay the message once that is fixed.`;
    case 'readable_now':
      return 'An earlier release of the notifier could not read the message; this one can. Replay it.';
    case 'refused':
      return `${sentence(detail ?? 'the message was refused')} It was attempted ${attempts === 1 ? 'once' : `${attempts} times`}. Replay it once that is fixed, or drop it.`;
    case 'unroutable':
      return `No queue accepted the message (${detail ?? 'no cause was recorded'}). Replay it once a queue is bound; it will arrive after newer messages of its event.`;
  }
}

/** Why an action was refused, and what to do instead. */
export function whyRefused(refusal: DeadLetterRefusal, letter: StoredDeadLetter): string {
  switch (refusal) {
    case 'already_dropped':
      return `It was dropped at ${letter.dropped_at?.toISOString()}, and its content was deleted. That is final; have it published again if it is needed after all.`;
    case 'already_replayed':
      return `It was replayed at ${letter.replayed_at?.toISOString()}. If it fails again, it is listed as dead again and can then be dropped.`;
    case 'body_not_kept':
      return `Its content (${letter.bytes} bytes) was not kept. Have it published again, and drop this letter.`;
    case 'webhook_endpoint_deleted':
      return 'Its endpoint was deleted, so nothing can be sent to it any more. Drop this letter.';
    case 'webhook_endpoint_disabled':
      return 'Its endpoint is disabled. Enable the endpoint first, then try again.';
    case 'message_not_kept':
      return 'A message can be sent again for 30 days after it was received, and that time has passed. Drop this letter.';
    case 'not_published':
      return 'RabbitMQ did not confirm the message in time. The letter is unchanged; try again.';
  }
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
