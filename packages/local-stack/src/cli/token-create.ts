import { createTokenCommand, UsageError } from '@turnout/access/create-token-command';
import { openDb } from '@turnout/runtime/postgres';
import { findInfrastructure, noStackMessage } from '../running-stack.ts';

// npm run --silent token:create -- …: prints a new token and nothing else.
const { databaseUrl } = findInfrastructure();
if (!databaseUrl) {
  console.error(noStackMessage(', or name a database in DATABASE_URL'));
  process.exit(1);
}
await using db = openDb({ url: databaseUrl, max: 1, applicationName: 'turnout-token-create' });
try {
  console.log(await createTokenCommand(db, process.argv.slice(2)));
} catch (error) {
  const usage = error instanceof UsageError;
  const reason = error instanceof Error ? error.message : String(error);
  console.error(usage ? reason : `The token was not made: ${reason}`);
  process.exitCode = usage ? 2 : 1;
}
