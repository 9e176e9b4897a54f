import { join } from 'node:path';
import { ROOT } from '../places.ts';
import { runProgram } from '../run-program.ts';
import { findInfrastructure, noStackMessage } from '../running-stack.ts';
import { serviceUrl } from '../service-roles.ts';

// npm run why -- <enrollmentId>: the admin service's own program, on the running stack's database or the one that
// DATABASE_URL names.
const { databaseUrl } = findInfrastructure();
if (!databaseUrl) {
  console.error(noStackMessage(', or set DATABASE_URL'));
  process.exit(1);
}
process.exitCode = await runProgram('src/why-cli.ts', process.argv.slice(2), {
  cwd: join(ROOT, 'apps', 'admin-service'),
  environment: { DATABASE_URL: process.env.DATABASE_URL ?? serviceUrl(databaseUrl, 'admin') },
});
