import { verifyCommand } from './verify-command.ts';

try {
  process.exitCode = await verifyCommand({
    args: process.argv.slice(2),
    databaseUrl: process.env.DATABASE_URL,
    print: (line) => console.log(line),
    say: (line) => console.error(line),
  });
} catch (error) {
  console.error(
    `The audit trail was not verified. ${error instanceof Error ? error.message : String(error)}`,
  );
  process.exitCode = 1;
}
