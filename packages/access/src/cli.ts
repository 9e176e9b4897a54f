import { openDb } from '@turnout/runtime/postgres';
import { createTokenCommand, UsageError } from './create-token-command.ts';

// Prints a new token and nothing else. DATABASE_URL names the database, as its owner or with the grants of
// admin-service.
const url = process.env.DATABASE_URL;
if (!url) {
  console.error('DATABASE_URL is not set. Set it to the URL of the database in which to create the token.');
  process.exit(1);
}
await using db = openDb({ url, max: 1, applicationName: 'turnout-token-create' });
try {
  console.log(await createTokenCommand(db, process.argv.slice(2)));
} catch (error) {
  const usage = error instanceof UsageError;
  const reason = error instanceof Error ? error.message : String(error);
  console.error(usage ? reason : `The token was not created: ${reason}`);
  process.exitCode = usage ? 2 : 1;
}
