import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { ROOT } from '@turnout/local-stack/places';
import { programEnvironment } from './program-environment.ts';

export interface ServiceProcess extends AsyncDisposable {
  url: string;
  /** Tells it to stop, and waits until it has: its exit code. */
  stop(): Promise<number | null>;
}

/** A service as it runs in production, on any port, in a process of its own. Resolves when it is ready. */
export async function startServiceProcess(
  app: string,
  environment: Record<string, string>,
): Promise<ServiceProcess> {
  const child = spawn(process.execPath, ['--import', '@turnout/runtime/telemetry-register', 'src/main.ts'], {
    cwd: join(ROOT, 'apps', app),
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
