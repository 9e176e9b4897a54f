import { inCommandTrace } from '@turnout/runtime/command-trace';
import { retentionCommand } from './commands/retention-command.ts';

const stopping = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stopping.abort());

try {
  const { ok, misused, sentence } = await inCommandTrace('retention', () =>
    retentionCommand(process.argv.slice(2), process.env, stopping.signal),
  );
  if (ok) console.log(sentence);
  else console.error(sentence);
  process.exitCode = ok ? 0 : misused ? 2 : 1;
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
