import { runCommand } from '@turnout/runtime/run-command';
import { retentionCommand } from './commands/retention-command.ts';

await runCommand('retention', async (stopping) => {
  const { ok, sentence } = await retentionCommand(process.argv.slice(2), process.env, stopping);
  return { code: ok ? 0 : 1, sentence };
});
