import { verifyCommand } from './verify-command.ts';

process.exitCode = await verifyCommand({
  args: process.argv.slice(2),
  databaseUrl: process.env.DATABASE_URL,
  print: (line) => console.log(line),
  say: (line) => console.error(line),
});
