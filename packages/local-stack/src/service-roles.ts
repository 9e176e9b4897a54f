import pg from 'pg';
import { rolePassword } from './secrets.ts';

/** The four services and the database role of each. */
export const SERVICE_ROLES = {
  checkin: 'turnout_checkin',
  closure: 'turnout_closure',
  admin: 'turnout_admin',
  notifier: 'turnout_notifier',
} as const;

export type ServiceName = keyof typeof SERVICE_ROLES;

/** Lets the services' roles, which the migrations create, log in with the passwords of `serviceUrl`. */
export async function setRolePasswords(adminUrl: string): Promise<void> {
  const client = new pg.Client({
    connectionString: adminUrl,
    connectionTimeoutMillis: 5_000,
    query_timeout: 10_000,
  });
  await client.connect();
  try {
    for (const role of Object.values(SERVICE_ROLES)) {
      const password = client.escapeLiteral(rolePassword(adminUrl, role));
      await client.query(`alter role ${client.escapeIdentifier(role)} with login password ${password}`);
    }
  } finally {
    await client.end();
  }
}

/** The database URL of one service: the owner's, with the name and password of the service's role. */
export function serviceUrl(adminUrl: string, service: ServiceName): string {
  const role = SERVICE_ROLES[service];
  const url = new URL(adminUrl);
  url.username = role;
  url.password = rolePassword(adminUrl, role);
  return url.href;
}
