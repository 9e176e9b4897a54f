// Runs containers of docker-compose.yml as if they were a program that the guard started: ends them when it is told to
// stop, and follows what they say meanwhile. Killed, it leaves them running; the next start of the same stack takes
// them over.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';

const [mode, ...arguments_] = process.argv.slice(2);
const separator = arguments_.indexOf('--');
const compose = arguments_.slice(0, separator);
const services = arguments_.slice(separator + 1);
/** Less than the guard's patience. */
const STOP_SECONDS = '10';

let current: ChildProcess | null = null;
let stopping = false;

process.on('SIGTERM', () => {
  stopping = true;
  current?.kill('SIGTERM');
});

let code = await docker('up', '--detach', '--no-deps', ...services);
if (code === 0 && !stopping) code = await docker('logs', '--follow', '--no-color', ...services);
stopping = false; // what follows is not to be cut short
await docker('down', '--timeout', STOP_SECONDS, ...(mode === 'throwaway' ? ['--volumes'] : []));
process.exit(code === 0 ? 1 : code); // nobody asks it to end by itself; told to stop, nobody asks for its code

async function docker(...command: string[]): Promise<number> {
  current = spawn('docker', [...compose, ...command], { stdio: ['ignore', 'inherit', 'inherit'] });
  const [code] = (await once(current, 'close')) as [number | null];
  current = null;
  return code ?? 1;
}
