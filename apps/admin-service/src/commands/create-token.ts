import { issueToken } from '@turnout/access/issue-token';
import type { Principal } from '@turnout/access/principal';
import { findEventIds } from '@turnout/attendance-store/reading/find-event-ids';
import type { CreateTokenRequest, TokenBody } from '@turnout/contracts/http/tokens';
import type { AdminContext } from '../context.ts';

export type CreatedToken =
  | { outcome: 'created'; token: string; body: TokenBody }
  | { outcome: 'refused'; errors: { path: string; message: string }[] };

/** Makes a token of the principal's organization. What it answers is the only time that the token can be seen. */
export async function createToken(
  { db, models }: AdminContext,
  { organizationId }: Principal,
  request: CreateTokenRequest,
): Promise<CreatedToken> {
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
  const { tokenId, token, createdAt } = await issueToken(db, grant);
  return {
    outcome: 'created',
    token,
    body: {
      id: tokenId,
      role,
      label,
      events,
      station,
      expiresAt: expiresAt?.toISOString() ?? null,
      revokedAt: null,
      createdAt: createdAt.toISOString(),
    },
  };
}
