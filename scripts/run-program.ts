import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';

const running = new Set<ChildProcess>();

/** Runs a program to its end. With `show` its output goes to this terminal, otherwise it is answered. */
export async function runProgram(
  command: string,
  args: readonly string[],
  options: { cwd: string; show: boolean },
): Promise<{ code: number; output: string }> {
  const child = spawn(command, args, {
    cwd: options.cwd,
    env: {
      ...process.env,
      TURBO_TELEMETRY_DISABLED: '1',
      DO_NOT_TRACK: '1',
      ...(!(options.show && process.stdout.isTTY) && { NO_COLOR: '1' }),
    },
    // The channel tells a child that this process is gone.
    stdio: options.show ? ['ignore', 'inherit', 'inherit', 'ipc'] : ['ignore', 'pipe', 'pipe'],
  });
  running.add(child);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  try {
    const [code] = (await once(child, options.show ? 'exit' : 'close')) as [number | null];
    return { code: code ?? 1, output };
  } catch (error) {
    return { code: 1, output: `${command} could not be started: ${String(error)}` };
  } finally {
    running.delete(child);
  }
}

/** Tells every program that still runs to end, and waits until all have. */
export async function endChildren(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
  const ended = [...running].map((child) => once(child, 'exit'));
  for (const child of running) child.kill(signal);
  await Promise.allSettled(ended);
}
