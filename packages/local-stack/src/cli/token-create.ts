import { findInfrastructure, noStackMessage } from '../running-stack.ts';

// npm run --silent token:create -- …: prints a new token and nothing else.
const { databaseUrl } = findInfrastructure();
if (!databaseUrl) {
  console.error(noStackMessage(', or set DATABASE_URL'));
  process.exit(1);
}
process.env.DATABASE_URL = databaseUrl;
await import('@turnout/access/cli');
