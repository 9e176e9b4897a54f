import { actorOf } from '@turnout/access/actor-of';
import type { Principal } from '@turnout/access/principal';
import { recordActions } from '@turnout/access/record-actions';
import { exportPerson } from '@turnout/attendance-store/people/export-person';
import type { ParticipantExport } from '@turnout/contracts/http/personal-data';
import type { Db } from '@turnout/runtime/postgres';

/**
 * Hands out all that is held about one person, and writes down to whom before it does. Answers null when the
 * organization has no such participant.
 */
export async function exportParticipant(
  db: Db,
  { principal, participantId, requestId }: { principal: Principal; participantId: string; requestId: string },
): Promise<ParticipantExport | null> {
  const { organizationId } = principal;
  const exported = await exportPerson(db, organizationId, participantId);
  if (!exported) return null;
  await db.transaction(async (tx) => {
    recordActions(tx, [
      {
        organizationId,
        action: 'participant.exported',
        actor: actorOf(principal),
        eventId: null,
        subjectId: participantId,
        cause: requestId,
      },
    ]);
  });
  return exported;
}
