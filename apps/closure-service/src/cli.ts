import { inCommandTrace } from '@turnout/runtime/command-trace';
import { closeCommand } from './commands/close-command.ts';
import { readClosingConfig } from './config.ts';

const stopping = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stopping.abort());

try {
  const { ok, misused, sentence } = await inCommandTrace('event:closure', () =>
    closeCommand(process.argv.slice(2), {
      config: () => readClosingConfig(process.env),
      say: (line) => console.error(line),
      stopping: stopping.signal,
    }),
  );
  if (ok) console.log(sentence);
  else console.error(sentence);
  process.exitCode = ok ? 0 : misused ? 2 : 1;
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
