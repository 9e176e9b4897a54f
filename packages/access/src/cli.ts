import { startPart } from '@turnout/runtime/lifecycle';
import { openDb } from '@turnout/runtime/postgres';
import { createNamedToken, readTokenArguments, UsageError } from './create-token-command.ts';

// Prints a new token and nothing else. DATABASE_URL names the database, as its owner or with the grants of
// admin-service.
try {
  console.log(await createToken());
} catch (error) {
  const usage = error instanceof UsageError;
  const reason = error instanceof Error ? error.message : String(error);
  console.error(usage ? reason : `The token was not created: ${reason}`);
  process.exitCode = usage ? 2 : 1;
}

async function createToken(): Promise<string> {
  const wanted = readTokenArguments(process.argv.slice(2));
  const url = process.env.DATABASE_URL;
  if (!url)
    throw new Error('DATABASE_URL is not set. Set it to the URL of the database in which to create it.');
  await using db = openDb({ url, max: 1, applicationName: 'turnout-token-create' });
  await startPart('PostgreSQL', 'Check DATABASE_URL, and that the migrations have run.', () =>
    db.query('select from access.organizations limit 1'),
  );
  return await createNamedToken(db, wanted);
}
