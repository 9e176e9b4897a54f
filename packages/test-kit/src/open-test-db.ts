import { type Db, openDb } from '@turnout/runtime/postgres';

/** A deadline is a promise of a service. What a test asks for itself may take as long as the machine needs. */
const PATIENCE_MS = 60_000;

/** Connections of a test's own, with a service's rights or the owner's, whichever the URL names. */
export function openTestDb(url: string, max = 4): Db {
  return openDb({
    url,
    max,
    applicationName: 'test',
    queryTimeoutMs: PATIENCE_MS,
    connectTimeoutMs: PATIENCE_MS,
    lockTimeoutMs: PATIENCE_MS,
    idleInTransactionMs: PATIENCE_MS,
  });
}
