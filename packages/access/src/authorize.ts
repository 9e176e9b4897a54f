import type { Role } from '@turnout/contracts/http/tokens';
import type { Principal } from './principal.ts';

/**
 * May this principal use a route for these roles, on this event? An event outside its scope looks like one that does
 * not exist.
 */
export function authorize(
  principal: Principal,
  allow: readonly string[],
  eventId: string | undefined,
): 'forbidden' | 'not_found' | null {
  if (!allow.includes(principal.role)) return 'forbidden';
  if (eventId !== undefined && !mayTouch(principal, eventId)) return 'not_found';
  return null;
}

/** Is this event within the token's scope? */
export function mayTouch(principal: Pick<Principal, 'eventIds'>, eventId: string): boolean {
  return principal.eventIds === null || principal.eventIds.includes(eventId.toLowerCase());
}

/** Roles that may read everything of their organization. */
export const readers: readonly Role[] = ['admin', 'auditor'];
