import { verifyCommand } from './verify-command.ts';

const databaseUrl = process.env.DATABASE_URL;
if (!databaseUrl) {
  console.error('DATABASE_URL is not set. Set it to the URL of a role that may read the audit trail.');
  process.exit(2);
}
process.exitCode = await verifyCommand({
  args: process.argv.slice(2),
  databaseUrl,
  print: (line) => console.log(line),
  progress: (line) => console.error(line),
});
