import type { Principal } from '@turnout/access/principal';

/** Whose letters somebody sees. Null: all of them, for who runs the system. */
export type Sight = {
  organizationId: string;
  /** The events of a token that is limited to some; null means all of the organization. */
  eventIds: readonly string[] | null;
  /** The slug of the organization that also sees letters which belong to none; null when there is no such one. */
  operatorOrganization: string | null;
} | null;

/** The letters that a principal sees: those of its organization, of its events if it is limited to some. */
export function sightOf(
  { organizationId, eventIds }: Principal,
  operatorOrganization: string | null,
): NonNullable<Sight> {
  return { organizationId, eventIds, operatorOrganization };
}

/**
 * The condition on a row `l` of notifier.dead_letters, with the parameters $1 to $3 of `sightValues`. The slug is
 * looked up each time, so that an organization may be made after the start.
 */
export const visible = `($1::uuid is null or (
  (l.organization_id = $1::uuid or (l.organization_id is null and exists (
    select from access.organizations o where o.organization_id = $1::uuid and o.slug = $3::text)))
  and ($2::uuid[] is null or l.event_id = any ($2::uuid[]))))`;

/** The values of $1 to $3 in {@link visible}. */
export function sightValues(sight: Sight): [string | null, readonly string[] | null, string | null] {
  return sight === null
    ? [null, null, null]
    : [sight.organizationId, sight.eventIds, sight.operatorOrganization];
}
