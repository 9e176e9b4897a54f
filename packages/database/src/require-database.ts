import { startPart } from '@turnout/runtime/lifecycle';
import type { Logger } from '@turnout/runtime/logger';
import { type Queryable, requireDurablePostgres } from '@turnout/runtime/postgres';
import { whenAvailable } from '@turnout/runtime/postgres-start';
import { requireSchema } from './require-schema.ts';

const WHAT_TO_DO = 'Check DATABASE_URL, and that the migrations have run.';

/**
 * What a service asks of its database before it starts: the schema, and that it loses no commit. One that is away is
 * waited for, 20 seconds at most.
 *
 * @throws StartError
 */
export async function requireDatabase(db: Queryable, logger: Logger): Promise<void> {
  await startPart('PostgreSQL', WHAT_TO_DO, () =>
    whenAvailable(async () => {
      await requireSchema(db);
      await requireDurablePostgres(db);
    }, logger),
  );
}

/**
 * What a command asks of it: the schema, now.
 *
 * @throws StartError
 */
export async function requireDatabaseNow(db: Queryable): Promise<void> {
  await startPart('PostgreSQL', WHAT_TO_DO, () => requireSchema(db));
}
