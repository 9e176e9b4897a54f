import { parseArgs } from 'node:util';
import { narrator } from '@turnout/local-stack/say';
import { runChaos } from './run-chaos.ts';

// npm run chaos -- --seed N [--seconds S]: exit code 1 if a promise was broken.
const DEFAULT_SECONDS = 60;
const SHOWN = 30;

const { seed, seconds } = readArguments(process.argv.slice(2));
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(130));
process.once('disconnect', () => process.exit(130)); // the guard of the stack ends everything else
process.channel?.unref();

try {
  const { figures, violations } = await runChaos(seed, seconds, narrator(process.stdout));
  console.log();
  for (const [name, value] of figures) console.log(`  ${name.padEnd(36)} ${value}`);
  console.log();
  for (const violation of violations.slice(0, SHOWN)) console.log(`VIOLATION  ${violation}`);
  if (violations.length > SHOWN) console.log(`… and ${violations.length - SHOWN} more`);
  if (violations.length > 0) {
    console.log(`The logs are in .local/chaos-logs/seed-${seed}.`);
    console.log(`Repeat it with: npm run chaos -- --seed ${seed} --seconds ${seconds}`);
  }
  console.log(
    violations.length === 0
      ? `Seed ${seed}: all promises held.`
      : `Seed ${seed}: ${violations.length} violations.`,
  );
  process.exit(violations.length === 0 ? 0 : 1);
} catch (error) {
  console.error(error);
  console.error(
    `Seed ${seed}: the run was aborted. Repeat it with: npm run chaos -- --seed ${seed} --seconds ${seconds}`,
  );
  process.exit(1);
}

function readArguments(args: string[]): { seed: number; seconds: number } {
  let problem = '--seed and --seconds must be whole numbers in their ranges, and --seed is required.';
  try {
    const { values } = parseArgs({
      args,
      options: { seed: { type: 'string' }, seconds: { type: 'string' } },
    });
    const whole = (text: string | undefined, most: number) =>
      text !== undefined && /^\d{1,10}$/.test(text) && Number(text) <= most ? Number(text) : Number.NaN;
    const read = {
      seed: whole(values.seed, 2 ** 31 - 1),
      seconds: whole(values.seconds ?? String(DEFAULT_SECONDS), 3_600),
    };
    if (Number.isInteger(read.seed) && read.seconds >= 5) return read;
  } catch (error) {
    problem = error instanceof Error ? error.message : String(error);
  }
  console.error(problem);
  console.error('usage: npm run chaos -- --seed <0 to 2147483647> [--seconds <5 to 3600, default 60>]');
  process.exit(2);
}
