import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../..', import.meta.url));

/** A copy of the system of docker-compose.yml under a name and on ports of its own, beside whatever else runs here. */
export interface System extends AsyncDisposable {
  /** `docker compose …` on it; throws with what was said. */
  compose(args: readonly string[], options?: { timeoutMs?: number }): Promise<string>;
  /** The same, with what it said on stderr too. */
  heard(args: readonly string[]): Promise<string>;
  /** `docker …`. */
  docker(args: readonly string[]): Promise<string>;
  /** A line of shell as root of the engine's machine, beside all processes of its containers. */
  inEngine(line: string): Promise<void>;
  /** Where a container's port is on this machine. */
  urlOf(service: string, port: number): Promise<string>;
  containersOf(service: string): Promise<string[]>;
  /** The services that run now. */
  running(): Promise<string[]>;
}

const LONGEST_MS = 180_000;

/** Makes the name; nothing runs yet. Disposing removes all of it, volumes too. */
export function openSystem(): System {
  const project = `turnout-verify-${randomBytes(3).toString('hex')}`;
  const env = {
    ...process.env,
    // Any free port of this machine.
    CHECKIN_PORT: '0',
    CLOSURE_PORTS: '0',
    ADMIN_PORT: '0',
    NOTIFIER_PORT: '0',
    RABBITMQ_PORT: '0',
    MAILPIT_PORT: '0',
    JAEGER_PORT: '0',
    PROMETHEUS_PORT: '0',
    GRAFANA_PORT: '0',
  };
  const both = async (args: readonly string[], timeoutMs = LONGEST_MS) => {
    const options = { cwd: root, env, timeout: timeoutMs, maxBuffer: 50_000_000 };
    try {
      return await run('docker', [...args], options);
    } catch (error) {
      const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
      throw new Error(`docker ${args.join(' ')} failed:\n${`${stdout}\n${stderr}`.trim().slice(-4_000)}`);
    }
  };
  const docker = async (args: readonly string[], timeoutMs?: number) =>
    (await both(args, timeoutMs)).stdout.trim();
  const composed = (args: readonly string[]) => [
    'compose', '--project-name', project, '--progress', 'quiet', ...args,
  ]; // biome-ignore format: arguments
  const compose: System['compose'] = (args, { timeoutMs } = {}) => docker(composed(args), timeoutMs);
  const words = (text: string) => text.split('\n').filter(Boolean);
  return {
    compose,
    async heard(args) {
      const { stdout, stderr } = await both(composed(args));
      return `${stdout}${stderr}`;
    },
    docker: (args) => docker(args),
    async inEngine(line) {
      const image = (await compose(['config', '--images', 'secrets'])).split('\n')[0] ?? '';
      const where = ['--pid=host', '--network=none', '--user=0', '--entrypoint=sh'];
      await docker(['run', '--rm', ...where, image, '-c', line]);
    },
    async urlOf(service, port) {
      return `http://${(await compose(['port', service, String(port)])).split('\n')[0]}`;
    },
    async containersOf(service) {
      return words(await compose(['ps', '--quiet', service]));
    },
    async running() {
      return words(await compose(['ps', '--services', '--status', 'running']));
    },
    async [Symbol.asyncDispose]() {
      await compose(['--profile', '*', 'down', '--volumes', '--remove-orphans', '--timeout', '5']);
    },
  };
}

/** Why the containers can't be verified here; null when they can. */
export async function whyNotHere(): Promise<string | null> {
  try {
    await run('docker', ['info'], { timeout: 10_000 });
    await run('docker', ['compose', 'version'], { timeout: 10_000 });
  } catch {
    return 'there is no Docker engine with Compose v2 here';
  }
  return null;
}
