import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { programEnvironment } from '@turnout/test-kit/program-environment';

const app = fileURLToPath(new URL('..', import.meta.url));

export interface Spawned extends AsyncDisposable {
  process: ChildProcess;
  /** All that it has written so far. */
  stdout(): string;
  stderr(): string;
  /** Its exit code; null when a signal ended it. */
  exited: Promise<number | null>;
}

/** A process of the app of its own, as it runs in production: `main.ts` or `cli.ts`. Disposing kills what is left. */
export function spawnClosure(
  script: 'main.ts' | 'cli.ts',
  env: NodeJS.ProcessEnv,
  args: string[] = [],
): Spawned {
  const flags = script === 'main.ts' ? ['--import', '@turnout/runtime/telemetry-register'] : [];
  const child = spawn(process.execPath, [...flags, `src/${script}`, ...args], {
    cwd: app,
    env: { ...programEnvironment(), ...env },
  });
  const written = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      written[name] += text;
    });
  }
  const exited = once(child, 'close').then(([code]) => code as number | null);
  return {
    process: child,
    stdout: () => written.stdout,
    stderr: () => written.stderr,
    exited,
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await exited;
    },
  };
}
