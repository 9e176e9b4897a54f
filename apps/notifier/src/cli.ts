import { inCommandTrace } from '@turnout/runtime/command-trace';
import { deadLettersCommand } from './commands/dead-letters-command.ts';
import { readDeadLettersConfig } from './config.ts';

const stopping = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stopping.abort());

try {
  const { code, sentence } = await inCommandTrace('dead-letters', () =>
    deadLettersCommand(process.argv.slice(2), {
      config: () => readDeadLettersConfig(process.env),
      print: (line) => console.log(line),
      say: (line) => console.error(line),
      stopping: stopping.signal,
    }),
  );
  if (code === 0) console.log(sentence);
  else console.error(sentence);
  process.exitCode = code;
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
