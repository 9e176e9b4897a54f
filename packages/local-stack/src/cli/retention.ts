import { runOnServers } from '../run-on-servers.ts';

// npm run retention -- --dry-run | --now: the admin service's own program.
await runOnServers('apps/admin-service', 'src/retention-cli.ts', { needs: ['DATABASE_URL'], as: 'admin' });
