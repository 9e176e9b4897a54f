import { runOnServers } from '../run-on-servers.ts';

// npm run audit:verify: checks the audit trail in the running stack's database, or the one that DATABASE_URL names.
await runOnServers('packages/audit', 'src/cli.ts', { needs: ['DATABASE_URL'] });
