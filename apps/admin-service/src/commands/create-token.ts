import { actorOf } from '@turnout/access/actor-of';
import { issueToken } from '@turnout/access/issue-token';
import type { Principal } from '@turnout/access/principal';
import { recordActions } from '@turnout/access/record-actions';
import { findEventIds } from '@turnout/attendance-store/reading/find-event-ids';
import type { CreateTokenRequest } from '@turnout/contracts/http/tokens';
import type { AdminContext } from '../context.ts';
import type { StoredToken } from '../tokens/stored-token.ts';

export interface TokenCreation {
  principal: Principal;
  request: CreateTokenRequest;
  requestId: string;
}

export type CreatedToken =
  | { outcome: 'created'; token: string; stored: StoredToken }
  | { outcome: 'refused'; errors: { path: string; message: string }[] };

/** Makes a token of the principal's organization. What it answers is the only time that the token can be seen. */
export async function createToken(
  { db, models }: Pick<AdminContext, 'db' | 'models'>,
  { principal, request, requestId }: TokenCreation,
): Promise<CreatedToken> {
  const { organizationId } = principal;
  const { role, label, events = null, station = null, expiresAt = null } = request;
  const errors: { path: string; message: string }[] = [];
  if (expiresAt && expiresAt.getTime() <= Date.now()) {
    errors.push({ path: 'expiresAt', message: 'must be in the future' });
  }
  const ours = await findEventIds(models, organizationId, events ?? []);
  for (const [index, eventId] of (events ?? []).entries()) {
    if (!ours.has(eventId)) {
      errors.push({ path: `events[${index}]`, message: 'is not an event of this organization' });
    }
  }
  if (errors.length > 0) return { outcome: 'refused', errors };

  const grant = { organizationId, role, label, eventIds: events, station, expiresAt };
  const { tokenId, token, createdAt } = await db.transaction(async (tx) => {
    const issued = await issueToken(tx, grant);
    recordActions(tx, [
      {
        organizationId,
        action: 'token.created',
        actor: actorOf(principal),
        eventId: null,
        subjectId: issued.tokenId,
        details: { role, events, expiresAt },
        cause: requestId,
      },
    ]);
    return issued;
  });
  const unused = { lastUsedAt: null, rotatedAt: null, firstUsedAt: null, overlapEndsAt: null };
  const stored: StoredToken = {
    tokenId,
    role,
    label,
    eventIds: events,
    station,
    state: 'active',
    expiresAt,
    revokedAt: null,
    ...unused,
    createdAt,
  };
  return { outcome: 'created', token, stored };
}
