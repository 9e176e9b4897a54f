import type { DeadLetterRefusal } from '../commands/handled.ts';
import type { StoredDeadLetter } from './stored-dead-letter.ts';

/** Why a letter is dead, and what can be done about it. */
export function whyDead({ reason, paths, detail, attempts }: StoredDeadLetter): string {
  switch (reason) {
    case 'too_large':
      return 'The message is larger than any event. Find out who publishes it, then drop it.';
    case 'not_json':
      return 'The message is not JSON in UTF-8. Find out who publishes it, then drop it.';
    case 'unknown_type':
      return 'This release of the notifier does not know the type. Replay it once a release that does is running, or drop it.';
    case 'wrong_content':
      return `The message is not what its type promises${paths.length === 0 ? '' : `, in ${paths.join(', ')}`}. Have the publisher mended, then drop it.`;
    case 'not_stored':
      return `The message could be read and not stored, in ${attempts} attempts. The notifier's log has the cause; replay it when that is mended.`;
    case 'readable_now':
      return 'An earlier release of the notifier could not read the message; this one can. Replay it.';
    case 'refused':
      return `${sentence(detail ?? 'the message was refused')} It was tried ${attempts === 1 ? 'once' : `${attempts} times`}. Replay it when that is mended, or drop it.`;
    case 'unroutable':
      return `No queue took the message (${detail ?? 'no cause was noted'}). Replay it when a queue is bound; it then goes out behind newer ones of its event.`;
  }
}

/** Why an action was refused, and what to do instead. */
export function whyRefused(refusal: DeadLetterRefusal, letter: StoredDeadLetter): string {
  switch (refusal) {
    case 'already_dropped':
      return `It was dropped at ${letter.dropped_at?.toISOString()}, and its content removed. That is final; have it published again if it is needed after all.`;
    case 'already_replayed':
      return `It was sent again at ${letter.replayed_at?.toISOString()}. Should it die once more, it is listed as dead, and can be dropped then.`;
    case 'body_not_kept':
      return `Of its ${letter.bytes} bytes nothing was kept. Have it published again, and drop this letter.`;
    case 'webhook_endpoint_deleted':
      return 'Its endpoint was deleted. Nothing can be sent to it any more; drop this letter.';
    case 'webhook_endpoint_disabled':
      return 'Its endpoint is disabled. Enable the endpoint first, then try again.';
    case 'message_not_kept':
      return 'A message can be sent again for 30 days after it was received, and that is over. Drop this letter.';
    case 'not_published':
      return 'RabbitMQ did not confirm the message in time. The letter is as it was; try again.';
  }
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
