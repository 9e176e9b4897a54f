import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';

export interface Program extends AsyncDisposable {
  process: ChildProcess;
  /** The JSON lines of its standard output so far. */
  lines: Record<string, unknown>[];
  /** Resolves with the line that has this message. */
  said(message: string): Promise<Record<string, unknown>>;
  /** Resolves with its exit code, or the signal that ended it. */
  exit: Promise<number | NodeJS.Signals>;
}

/** Runs a program of `test/programs` with this Node.js, as a process of its own. */
export function startProgram(
  name: string,
  {
    args = [],
    preload = [],
    env = {},
    cwd,
  }: { args?: string[]; preload?: string[]; env?: NodeJS.ProcessEnv; cwd?: string } = {},
): Program {
  const file = fileURLToPath(new URL(`../programs/${name}.ts`, import.meta.url));
  const child = spawn(
    process.execPath,
    [...preload.flatMap((module) => ['--import', module]), file, ...args],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, ...env },
      ...(cwd === undefined ? {} : { cwd }),
    },
  );
  const lines: Record<string, unknown>[] = [];
  createInterface({ input: child.stdout }).on('line', (line) =>
    lines.push(JSON.parse(line) as Record<string, unknown>),
  );
  const exit = once(child, 'close').then(([code, signal]) => (code ?? signal) as number | NodeJS.Signals);
  return {
    process: child,
    lines,
    exit,
    async said(message) {
      const find = () => lines.find(({ msg }) => msg === message);
      await expect.poll(find).toBeDefined();
      return find() as Record<string, unknown>;
    },
    async [Symbol.asyncDispose]() {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
      await exit;
    },
  };
}
