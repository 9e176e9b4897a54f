import { join } from 'node:path';
import { ROOT } from '../places.ts';
import { runProgram } from '../run-program.ts';
import { findInfrastructure, noStackMessage } from '../running-stack.ts';

// npm run audit:verify: checks the audit trail in the running stack's database, or the one that DATABASE_URL names.
const { databaseUrl } = findInfrastructure();
if (!databaseUrl) {
  console.error(noStackMessage(', or set DATABASE_URL'));
  process.exit(1);
}
process.exitCode = await runProgram('src/cli.ts', process.argv.slice(2), {
  cwd: join(ROOT, 'packages', 'audit'),
  environment: { DATABASE_URL: databaseUrl },
});
