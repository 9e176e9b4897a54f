import { join } from 'node:path';
import { ROOT } from '../places.ts';
import { runProgram } from '../run-program.ts';
import { findInfrastructure, noStackMessage } from '../running-stack.ts';
import { serviceUrl } from '../service-roles.ts';

// npm run dead-letters -- list | show | replay | drop: the notifier's own program, on the running stack's servers or on
// those that the environment names.
const found = findInfrastructure();
if (!found.databaseUrl) {
  console.error(noStackMessage(', or set DATABASE_URL and AMQP_URL'));
  process.exit(1);
}
process.exitCode = await runProgram('src/cli.ts', process.argv.slice(2), {
  cwd: join(ROOT, 'apps', 'notifier'),
  environment: {
    DATABASE_URL: process.env.DATABASE_URL ?? serviceUrl(found.databaseUrl, 'notifier'),
    ...(found.amqpUrl && { AMQP_URL: found.amqpUrl }),
  },
});
