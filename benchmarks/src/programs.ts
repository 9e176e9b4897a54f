import type { Unit } from '@turnout/local-stack/open-guard';
import { ROOT } from '@turnout/local-stack/places';
import { freePort } from '@turnout/local-stack/ports';
import { type ServiceName, serviceUrl } from '@turnout/local-stack/service-roles';
import { SERVICE_ARGUMENTS } from '@turnout/local-stack/start-services';
import { waitUntilReady } from './ready.ts';
import type { Stand } from './stand.ts';

/** A program that is measured, and where it listens. */
export interface Contestant {
  url: string;
  unit: Unit;
}

const FOLDERS: Record<ServiceName, string> = {
  checkin: 'checkin-service',
  closure: 'closure-service',
  admin: 'admin-service',
  notifier: 'notifier',
};

/** A service as `npm start` runs it, with its own database role. `environment` says what is different here. */
export async function startService(
  stand: Stand,
  service: ServiceName,
  environment: Record<string, string> = {},
): Promise<Contestant> {
  const folder = FOLDERS[service];
  const port = await freePort();
  const unit = await startProgram(stand, {
    name: folder,
    args: [...SERVICE_ARGUMENTS, 'src/main.ts'],
    cwd: `${ROOT}/apps/${folder}`,
    environment: {
      HOST: '127.0.0.1',
      PORT: String(port),
      DATABASE_URL: serviceUrl(stand.databaseUrl, service),
      REDIS_URLS: stand.redisUrls.join(','),
      AMQP_URL: stand.amqpUrl,
      OTEL_SERVICE_NAME: folder,
      ...environment,
    },
  });
  const url = `http://127.0.0.1:${port}`;
  await waitUntilReady(url, '/readyz', unit);
  return { url, unit };
}

/** Starts a Node program that ends with the stand. What it prints is in a file of its name. */
export async function startProgram(
  stand: Stand,
  program: { name: string; args: readonly string[]; cwd?: string; environment: Record<string, string> },
): Promise<Unit> {
  return await stand.guard.start({
    name: program.name,
    command: process.execPath,
    args: [...program.args],
    cwd: program.cwd ?? ROOT,
    env: { ...plain(process.env), ...program.environment },
    logFile: `${stand.logDir}/${program.name}.log`,
    stopSignal: 'SIGTERM',
    graceMs: 12_000,
    stage: 3,
  });
}

function plain(env: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(Object.entries(env).filter((entry) => entry[1] !== undefined)) as Record<
    string,
    string
  >;
}
