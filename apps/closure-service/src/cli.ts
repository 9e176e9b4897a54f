import { runCommand } from '@turnout/runtime/run-command';
import { closeCommand } from './commands/close-command.ts';
import { readClosingConfig } from './config.ts';

await runCommand('event:closure', (stopping) =>
  closeCommand(process.argv.slice(2), {
    config: () => readClosingConfig(process.env),
    say: (line) => console.error(line),
    stopping,
  }),
);
