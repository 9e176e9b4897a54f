import { runOnServers } from '../run-on-servers.ts';

// npm run why -- <enrollmentId>: the admin service's own program.
await runOnServers('apps/admin-service', 'src/why-cli.ts', { needs: ['DATABASE_URL'], as: 'admin' });
