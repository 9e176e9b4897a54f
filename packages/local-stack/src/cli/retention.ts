import { join } from 'node:path';
import { ROOT } from '../places.ts';
import { runProgram } from '../run-program.ts';
import { findInfrastructure, noStackMessage } from '../running-stack.ts';
import { serviceUrl } from '../service-roles.ts';

// npm run retention -- --dry-run | --now: the admin service's own program, on the running stack's database or on the one
// that the environment names.
const found = findInfrastructure();
if (!found.databaseUrl) {
  console.error(noStackMessage(', or set DATABASE_URL'));
  process.exit(1);
}
process.exitCode = await runProgram('src/retention-cli.ts', process.argv.slice(2), {
  cwd: join(ROOT, 'apps', 'admin-service'),
  environment: { DATABASE_URL: process.env.DATABASE_URL ?? serviceUrl(found.databaseUrl, 'admin') },
});
