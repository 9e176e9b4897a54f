import { join } from 'node:path';
import { ROOT } from '../places.ts';
import { runProgram } from '../run-program.ts';
import { findInfrastructure, noStackMessage } from '../running-stack.ts';

// npm run topology: declares what is missing on the running stack's broker, or the one that AMQP_URL names, and names
// what is otherwise.
const { amqpUrl } = findInfrastructure();
if (!amqpUrl) {
  console.error(noStackMessage(', or set AMQP_URL'));
  process.exit(1);
}
process.exitCode = await runProgram('src/cli.ts', process.argv.slice(2), {
  cwd: join(ROOT, 'packages', 'broker'),
  environment: { AMQP_URL: amqpUrl },
});
