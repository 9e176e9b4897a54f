import { actorOf } from '@turnout/access/actor-of';
import type { Principal } from '@turnout/access/principal';
import { recordActions } from '@turnout/access/record-actions';
import { clearTraces } from '@turnout/attendance-store/people/clear-traces';
import { erasePeople, findErasure } from '@turnout/attendance-store/people/erase-people';
import type { Db } from '@turnout/runtime/postgres';

export interface ErasureCommand {
  principal: Principal;
  participantId: string;
  reason: string;
  requestId: string;
}

/**
 * Erases a person: their verdicts stay, and nobody is named by them. Answers since when, also when it was done before,
 * and null when the organization has no such participant.
 *
 * From the first commit on nobody reads the name. Cut off after it, the rest is done by the next call, or by the daily
 * retention.
 */
export async function eraseParticipant(
  db: Db,
  { principal, participantId, reason, requestId }: ErasureCommand,
): Promise<{ erasedAt: Date } | null> {
  const { organizationId } = principal;
  await db.transaction(async (tx) => {
    const erased = await erasePeople(tx, organizationId, [participantId]);
    recordActions(
      tx,
      erased.map((subjectId) => ({
        organizationId,
        action: 'participant.erased',
        actor: actorOf(principal),
        eventId: null,
        subjectId,
        reason,
        cause: requestId,
      })),
    );
  });
  const erasedAt = await findErasure(db, organizationId, participantId);
  if (!erasedAt) return null;
  await clearTraces(db, { organizationId, participantIds: [participantId] });
  return { erasedAt };
}
