import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

// npm run fuzz -- [--requests N] [--seed S]: the test of npm test, with as many requests as asked for.
const root = fileURLToPath(new URL('../../..', import.meta.url));
const { requests, seed } = readArguments(process.argv.slice(2));
const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
const child = spawn(
  process.execPath,
  [vitest, 'run', '--project', 'int', 'packages/fuzz/test/fuzz.int.test.ts'],
  {
    cwd: root,
    env: { ...process.env, FUZZ_REQUESTS: String(requests), FUZZ_SEED: String(seed) },
    stdio: 'inherit',
  },
);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => child.kill(signal));
child.once('exit', (code) => {
  process.exitCode = code ?? 1;
});

function readArguments(args: string[]): { requests: number; seed: number } {
  let problem = '--requests must be a whole number from 1 to 100000000, and --seed one from 0.';
  try {
    const { values } = parseArgs({
      args,
      options: { requests: { type: 'string' }, seed: { type: 'string' } },
    });
    const read = {
      requests: Number(values.requests ?? 100_000),
      seed: Number(values.seed ?? Math.floor(Math.random() * 1_000_000)),
    };
    const whole = Object.values(read).every(
      (value) => Number.isInteger(value) && value >= 0 && value <= 100_000_000,
    );
    if (whole && read.requests > 0) return read;
  } catch (error) {
    problem = error instanceof Error ? error.message : String(error);
  }
  console.error(problem);
  console.error('usage: npm run fuzz -- [--requests <number, default 100000>] [--seed <number>]');
  process.exit(2);
}
