import { runOnServers } from '../run-on-servers.ts';

// npm run --silent token:create -- …: prints a new token and nothing else, with the rights of the database's owner.
await runOnServers('packages/access', 'src/cli.ts', { needs: ['DATABASE_URL'] });
