import { runOnServers } from '../run-on-servers.ts';

// npm run invariants: checks the running stack's database, or the one that DATABASE_URL names.
await runOnServers('packages/invariants', 'src/cli.ts', { needs: ['DATABASE_URL'] });
