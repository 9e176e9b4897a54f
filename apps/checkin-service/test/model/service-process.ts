import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export interface ServiceProcess extends AsyncDisposable {
  url: string;
}

/** A service as it runs in production, in a process of its own on any free port. Disposing kills it. */
export async function startServiceProcess(
  app: 'checkin-service' | 'closure-service' | 'admin-service',
  environment: Record<string, string>,
): Promise<ServiceProcess> {
  const child = spawn(process.execPath, ['--import', '@turnout/runtime/telemetry-register', 'src/main.ts'], {
    cwd: fileURLToPath(new URL(`../../../${app}`, import.meta.url)),
    env: { ...process.env, PORT: '0', LOG_LEVEL: 'info', ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  const ready = Promise.withResolvers<string>();
  const complaints: string[] = [];
  void exited.then(([code]) =>
    ready.reject(new Error(`${app} exited with ${code}: ${complaints.join('\n')}`)),
  );
  createInterface({ input: child.stdout }).on('line', (line) => {
    const said = JSON.parse(line) as { level: string; msg?: string; url?: string };
    if (said.msg === 'ready' && said.url !== undefined) ready.resolve(said.url);
    if (said.level === 'error' || said.level === 'fatal') complaints.push(line);
  });
  const dispose = async () => {
    child.kill('SIGKILL');
    await exited;
  };
  try {
    return { url: await ready.promise, [Symbol.asyncDispose]: dispose };
  } catch (error) {
    await dispose();
    throw error;
  }
}
