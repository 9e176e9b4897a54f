import type { Queryable, Statement } from '@turnout/runtime/postgres';

const find: Statement = {
  name: 'find_organizers_to_tell',
  text: `
    select organization_id
    from access.settings join notifier.alert_addresses using (organization_id)
    where notify_organizers and organization_id = any ($1::uuid[])`,
};

/** Those of these organizations that want a mail for each closure, and have said where to. Asks nothing about none. */
export async function findOrganizersToTell(
  db: Queryable,
  organizationIds: readonly string[],
): Promise<Set<string>> {
  if (organizationIds.length === 0) return new Set();
  const rows = await db.query<{ organization_id: string }>(find, [organizationIds]);
  return new Set(rows.map(({ organization_id }) => organization_id));
}
