import { runOnServers } from '../run-on-servers.ts';

// npm run dead-letters -- list | show | replay | drop: the notifier's own program. It reads without a broker.
await runOnServers('apps/notifier', 'src/cli.ts', {
  needs: ['DATABASE_URL'],
  takes: ['AMQP_URL'],
  as: 'notifier',
});
