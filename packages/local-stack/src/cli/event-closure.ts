import { runOnServers } from '../run-on-servers.ts';

// npm run event:closure -- <eventId> | --due: the closure service's own program.
await runOnServers('apps/closure-service', 'src/cli.ts', {
  needs: ['DATABASE_URL', 'REDIS_URLS'],
  as: 'closure',
});
