import type { Queryable, Statement } from '@turnout/runtime/postgres';

const find: Statement = {
  name: 'find_alert_address',
  text: 'select email from notifier.alert_addresses where organization_id = $1',
};

/** Where this organization wants to hear of failures; null when it has not said. */
export async function findAlertAddress(db: Queryable, organizationId: string): Promise<string | null> {
  const [found] = await db.query<{ email: string }>(find, [organizationId]);
  return found?.email ?? null;
}

const set: Statement = {
  name: 'set_alert_address',
  text: `
    insert into notifier.alert_addresses (organization_id, email) values ($1, $2)
    on conflict (organization_id) do update set email = excluded.email`,
};

const remove: Statement = {
  name: 'remove_alert_address',
  text: 'delete from notifier.alert_addresses where organization_id = $1',
};

/** Mails from now on go there, those of failures already counted included; null removes the address. */
export async function setAlertAddress(
  db: Queryable,
  organizationId: string,
  email: string | null,
): Promise<void> {
  if (email === null) await db.query(remove, [organizationId]);
  else await db.query(set, [organizationId, email]);
}
