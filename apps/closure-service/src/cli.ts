import { runCommand } from '@turnout/runtime/run-command';
import { closeCommand } from './commands/close-command.ts';
import { readClosingConfig } from './config.ts';

await runCommand('event:closure', async (stopping) => {
  const { ok, sentence } = await closeCommand(process.argv.slice(2), {
    config: () => readClosingConfig(process.env),
    say: (line) => console.error(line),
    stopping,
  });
  return { code: ok ? 0 : 1, sentence };
});
