import pg from 'pg';

/**
 * Lets roles log in, each with its password. The migrations create the services' roles and know no passwords.
 *
 * @param url a database URL of a role that may change these roles
 */
export async function setRolePasswords(
  url: string,
  passwords: Readonly<Record<string, string>>,
): Promise<void> {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: 5_000,
    query_timeout: 10_000,
  });
  await client.connect();
  try {
    for (const [role, password] of Object.entries(passwords)) {
      await client.query(
        `alter role ${client.escapeIdentifier(role)} with login password ${client.escapeLiteral(password)}`,
      );
    }
  } finally {
    await client.end();
  }
}
