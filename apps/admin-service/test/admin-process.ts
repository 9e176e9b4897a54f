import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { programEnvironment } from '@turnout/test-kit/program-environment';

export interface AdminProcess extends AsyncDisposable {
  url: string;
  /** Tells it to stop, and waits until it has: its exit code. */
  stop(): Promise<number | null>;
}

/** The service as it runs in production, in a process of its own. Resolves when it is ready. */
export async function startAdminProcess(environment: Record<string, string>): Promise<AdminProcess> {
  const child = spawn(process.execPath, ['--import', '@turnout/runtime/telemetry-register', 'src/main.ts'], {
    cwd: fileURLToPath(new URL('..', import.meta.url)),
    env: { ...programEnvironment(), PORT: '0', ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit').then(([code]) => code as number | null);
  const ready = Promise.withResolvers<string>();
  void exited.then((code) => ready.reject(new Error(`exited with ${code} before it was ready`)));
  createInterface({ input: child.stdout }).on('line', (line) => {
    if (!line.includes('"msg":"ready"')) return;
    ready.resolve(String((JSON.parse(line) as { url?: string }).url));
  });
  const end = async () => {
    child.kill('SIGKILL');
    await exited;
  };
  try {
    const url = await ready.promise;
    return {
      url,
      async stop() {
        child.kill('SIGTERM');
        return await exited;
      },
      [Symbol.asyncDispose]: end,
    };
  } catch (error) {
    await end();
    throw error;
  }
}
