import { runCommand } from '@turnout/runtime/run-command';
import { retentionCommand } from './commands/retention-command.ts';

await runCommand('retention', (stopping) => retentionCommand(process.argv.slice(2), process.env, stopping));
