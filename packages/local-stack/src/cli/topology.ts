import { runOnServers } from '../run-on-servers.ts';

// npm run topology: declares what is missing on the running stack's broker, or the one that AMQP_URL names, and names
// what is otherwise.
await runOnServers('packages/broker', 'src/cli.ts', { needs: ['AMQP_URL'] });
