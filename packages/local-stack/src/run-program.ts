import { spawn } from 'node:child_process';
import { constants } from 'node:os';

/** Runs a TypeScript program in this terminal and answers its exit code, as a shell tells it. */
export function runProgram(
  file: string,
  args: readonly string[],
  options: { cwd: string; environment: Record<string, string | undefined> },
): Promise<number> {
  const child = spawn(process.execPath, [file, ...args], {
    cwd: options.cwd,
    env: { ...process.env, ...options.environment },
    stdio: 'inherit',
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => child.kill(signal));
  process.once('disconnect', () => child.kill('SIGTERM'));
  process.channel?.unref(); // or it would keep this process alive
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => resolve(code ?? 128 + constants.signals[signal ?? 'SIGTERM']));
  });
}
