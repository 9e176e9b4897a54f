import type { DeadLetterBody, DeadLetterStory } from '@turnout/contracts/http/dead-letters';
import type { StoredAction } from './find-dead-letters.ts';
import { whyDead } from './in-words.ts';
import type { StoredDeadLetter } from './stored-dead-letter.ts';

/** A letter as it is shown: never what the message holds. */
export function letterBody(letter: StoredDeadLetter): DeadLetterBody {
  return {
    id: letter.letter_id,
    status: letter.status,
    source: letter.source,
    organizationId: letter.organization_id,
    eventId: letter.event_id,
    messageId: letter.message_id,
    type: letter.type,
    reason: letter.reason,
    detail: whyDead(letter),
    paths: letter.paths,
    bytes: letter.bytes,
    deliveryId: letter.source === 'delivery' ? letter.identity : null,
    attempts: letter.attempts,
    deaths: letter.deaths,
    replays: letter.replays,
    firstDiedAt: letter.first_died_at.toISOString(),
    diedAt: letter.died_at.toISOString(),
    replayedAt: letter.replayed_at?.toISOString() ?? null,
    droppedAt: letter.dropped_at?.toISOString() ?? null,
    dropReason: letter.drop_reason,
  };
}

/** The same with what was done to it. */
export function letterStory(letter: StoredDeadLetter, actions: readonly StoredAction[]): DeadLetterStory {
  return {
    ...letterBody(letter),
    actions: actions.map(({ action, actor, reason, at, cause }) => ({
      action,
      actor,
      reason,
      at: at.toISOString(),
      cause,
    })),
  };
}
