import { randomBytes } from 'node:crypto';
import { type ServiceName, serviceUrl } from '@turnout/local-stack/service-roles';
import { onDatabase, withDatabase } from './admin-client.ts';
import { requiredVariable } from './required-variable.ts';

export interface TestDatabase extends AsyncDisposable {
  /** As the owner, who may do everything. */
  url: string;
  /** As the role of one service, with exactly its grants. */
  urlFor(service: ServiceName): string;
  /** Removes the database, ending the connections that are left. */
  drop(): Promise<void>;
}

/** A database of its own with the newest schema and no rows: a copy of the migrated template. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const adminUrl = requiredVariable('TEST_DATABASE_URL');
  const template = requiredVariable('TEST_DATABASE_TEMPLATE');
  const name = `test_${randomBytes(6).toString('hex')}`;
  await onDatabase(adminUrl, (client) => client.query(`create database ${name} template ${template}`));
  const url = withDatabase(adminUrl, name);
  const drop = () =>
    onDatabase(adminUrl, (client) => client.query(`drop database if exists ${name} with (force)`));
  return { url, urlFor: (service) => serviceUrl(url, service), drop, [Symbol.asyncDispose]: drop };
}
