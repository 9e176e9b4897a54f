import { runCommand } from '@turnout/runtime/run-command';
import { deadLettersCommand } from './commands/dead-letters-command.ts';
import { readDeadLettersConfig } from './config.ts';

await runCommand('dead-letters', (stopping) =>
  deadLettersCommand(process.argv.slice(2), {
    config: () => readDeadLettersConfig(process.env),
    print: (line) => console.log(line),
    say: (line) => console.error(line),
    stopping,
  }),
);
