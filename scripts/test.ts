import { existsSync, mkdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { whyNotHere } from '../ops/verify/compose.ts';
import { countTests } from './count-tests.ts';
import { endChildren, runProgram } from './run-program.ts';

// npm test: every check, then every test, on servers of its own. The last line is the result. Arguments go to Vitest,
// and then only tests run: `npm test -- --project unit packages/attendance`.
const root = fileURLToPath(new URL('..', import.meta.url));
const local = join(root, '.local');
const report = join(local, `test-report-${process.pid}.json`);
const vitestArguments = process.argv.slice(2);
const PROJECTS = ['unit', 'int', 'e2e', 'alerts', 'chaos'].flatMap((name) => ['--project', name]);
const LONGEST_END_MS = 30_000;
const CHECKS = ['types', 'types of benchmarks', 'format', 'lint', 'lint with types', 'dependency directions'];

interface Result {
  passed: number;
  failed: number;
}

let stopped = false;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void stop());
process.once('disconnect', () => void stop());
process.channel?.unref(); // or it would keep this process alive

mkdirSync(local, { recursive: true });
const results = vitestArguments.length > 0 ? [] : await checks();
if (vitestArguments.length === 0) await saySkipped();
results.push(await tests());
const passed = results.reduce((sum, result) => sum + result.passed, 0);
const failed = results.reduce((sum, result) => sum + result.failed, 0);
process.exitCode = failed === 0 ? 0 : 1;
console.log(`${passed} passed, ${failed} failed`);

/** Ends with what Ctrl-C ends other commands with. What was cut off has no result, so it tells none. */
async function stop(): Promise<void> {
  if (stopped) return;
  stopped = true;
  await endChildren();
  console.log('stopped before the end: there is no result');
  process.exit(130);
}

/** As `runProgram`; of a program that `stop` has ended it tells nothing. */
async function runToItsEnd(...of: Parameters<typeof runProgram>): ReturnType<typeof runProgram> {
  const ended = await runProgram(...of);
  return stopped ? await new Promise<never>(() => undefined) : ended;
}

/** What needs no server, two at a time: there may be no more processors. */
async function checks(): Promise<Result[]> {
  const waiting = [...CHECKS];
  const results: Result[] = [];
  const worker = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) results.push(await check(next));
  };
  await Promise.all([worker(), worker()]);
  return results;
}

/** What is too long for every run is left to a command of its own. */
async function saySkipped(): Promise<void> {
  const why = (await whyNotHere()) ?? 'they are built, broken and restarted, which takes minutes';
  console.log(`skipped  containers (${why}: npm run verify:compose)`);
  console.log('skipped  three long tests (tried in smaller form: npm test -- --project long)');
}

/**
 * Turbo passes over a check that passed before and of which nothing has changed since; turbo.json says what it looks
 * at.
 */
async function check(name: string): Promise<Result> {
  const began = performance.now();
  const script = `check:${name.replaceAll(' ', '-')}`;
  const options = ['--output-logs=errors-only', '--log-prefix=none', '--ui=stream', '--no-update-notifier'];
  const { code, output } = await runToItsEnd(
    join(root, 'node_modules', '.bin', 'turbo'),
    ['run', `//#${script}`, ...options],
    { cwd: root, show: false },
  );
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  console.log(`${code === 0 ? 'passed' : 'FAILED'}  ${name} (${seconds} s)`);
  if (code !== 0) console.log(output.trimEnd().replaceAll(/^/gm, '    '));
  return code === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
}

async function tests(): Promise<Result> {
  const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  // A process that a test left behind can keep Vitest from ending. Its report is the last thing it writes.
  const impatience = setInterval(() => {
    if (existsSync(report) && Date.now() - statSync(report).mtimeMs > LONGEST_END_MS)
      void endChildren('SIGKILL');
  }, 1_000);
  const selected = vitestArguments.length > 0 ? vitestArguments : PROJECTS;
  const { code } = await runToItsEnd(process.execPath, [vitest, 'run', ...reporters, ...selected], {
    cwd: root,
    show: true,
  });
  clearInterval(impatience);
  try {
    return countTests(readFileSync(report, 'utf8'), code);
  } catch (error) {
    console.log(`FAILED  there is no report of the tests: ${String(error)}`);
    return { passed: 0, failed: 1 };
  } finally {
    rmSync(report, { force: true });
  }
}
