import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { programEnvironment } from '@turnout/test-kit/program-environment';

export interface NotifierProcess extends AsyncDisposable {
  /** Every line it wrote. */
  lines: string[];
  /** Resolves with its address when it says that it is ready. */
  ready: Promise<string>;
  signal(signal: NodeJS.Signals): void;
  exited: Promise<number | null>;
}

/** The notifier as it runs in production, in a process of its own. */
export function startNotifierProcess(environment: Record<string, string>): NotifierProcess {
  const child: ChildProcess = spawn(
    process.execPath,
    ['--import', '@turnout/runtime/telemetry-register', 'src/main.ts'],
    {
      cwd: fileURLToPath(new URL('../..', import.meta.url)),
      env: { ...programEnvironment(), ...environment },
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  const lines: string[] = [];
  const exited = once(child, 'exit').then(([code]) => code as number | null);
  const ready = Promise.withResolvers<string>();
  ready.promise.catch(() => undefined);
  void exited.then((code) => ready.reject(new Error(`exited with ${code} before it was ready`)));
  if (child.stdout) {
    createInterface({ input: child.stdout }).on('line', (line) => {
      lines.push(line);
      const { msg, url } = JSON.parse(line) as { msg?: string; url?: string };
      if (msg === 'ready' && url !== undefined) ready.resolve(url);
    });
  }
  return {
    lines,
    ready: ready.promise,
    exited,
    signal: (signal) => child.kill(signal),
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await exited;
    },
  };
}
