import { fileURLToPath } from 'node:url';
import type { Unit } from '@turnout/local-stack/open-guard';
import { ROOT } from '@turnout/local-stack/places';
import { freePort } from '@turnout/local-stack/ports';
import { serviceUrl } from '@turnout/local-stack/service-roles';
import { SERVICE_ARGUMENTS } from '@turnout/local-stack/start-services';
import { waitUntilReady } from '../ready.ts';
import type { Stand } from '../stand.ts';

/** A program that is measured, and where it listens. */
export interface Contestant {
  url: string;
  unit: Unit;
}

/** Connections of the floor. */
const FLOOR_POOL = '20';

/** The bare program that spends one statement on each request. */
export async function startFloor(stand: Stand): Promise<Contestant> {
  const port = await freePort();
  const unit = await stand.guard.start({
    name: 'floor',
    command: process.execPath,
    args: [fileURLToPath(new URL('./floor.ts', import.meta.url))],
    cwd: ROOT,
    env: {
      ...plain(process.env),
      NODE_ENV: 'production',
      PORT: String(port),
      DATABASE_URL: stand.databaseUrl,
      POOL: FLOOR_POOL,
      EVENT_DAY: new Date().toISOString().slice(0, 10),
    },
    logFile: `${stand.logDir}/floor.log`,
    stopSignal: 'SIGTERM',
    graceMs: 5_000,
    stage: 3,
  });
  const url = `http://127.0.0.1:${port}`;
  await waitUntilReady(url, '/', unit);
  return { url, unit };
}

/** checkin-service as `npm start` runs it, with its own database role and its relay. */
export async function startCheckin(stand: Stand): Promise<Contestant> {
  const port = await freePort();
  const unit = await stand.guard.start({
    name: 'checkin-service',
    command: process.execPath,
    args: [...SERVICE_ARGUMENTS, 'src/main.ts'],
    cwd: `${ROOT}/apps/checkin-service`,
    env: {
      ...plain(process.env),
      HOST: '127.0.0.1',
      PORT: String(port),
      DATABASE_URL: serviceUrl(stand.databaseUrl, 'checkin'),
      AMQP_URL: stand.amqpUrl,
      OTEL_SERVICE_NAME: 'checkin-service',
    },
    logFile: `${stand.logDir}/checkin-service.log`,
    stopSignal: 'SIGTERM',
    graceMs: 12_000,
    stage: 3,
  });
  const url = `http://127.0.0.1:${port}`;
  await waitUntilReady(url, '/readyz', unit);
  return { url, unit };
}

function plain(env: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined)) as Record<
    string,
    string
  >;
}
