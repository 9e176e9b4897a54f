import { execFile, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { MINUTE, SECOND } from '@turnout/runtime/durations';
import { logTail } from '../log-tail.ts';
import { ROOT } from '../places.ts';
import { freePort } from '../ports.ts';
import { supervise } from '../supervise.ts';
import { answersQuery } from './postgres.ts';
import type { Place } from './private-server.ts';
import { answersAmqp, type Rabbitmq } from './rabbitmq.ts';
import { answersPing } from './redis.ts';

export type ServerName = 'postgres' | 'redis' | 'rabbitmq';

/** Of each server how it is reached, whether or not it was started. */
export interface Containers {
  databaseUrl: string;
  redisUrl: string;
  rabbitmq: Rabbitmq;
}

const run = promisify(execFile);
const COMPOSE_FILE = join(ROOT, 'docker-compose.yml');

/** Whether a Docker engine with Compose v2 is here that has the images of these servers, or gets them now. */
export async function canRunContainers(
  names: readonly ServerName[],
  { guard, say, logDir }: Pick<Place, 'guard' | 'say' | 'logDir'>,
): Promise<boolean> {
  const hasEngine = [['info'], ['compose', 'version']].every(
    (args) => spawnSync('docker', args, { stdio: 'ignore', timeout: 10 * SECOND }).status === 0,
  );
  if (!hasEngine) return false;
  say(`preparing the images of ${names.join(', ')}; missing ones are pulled`);
  const unit = await guard.start({
    name: 'docker compose pull',
    command: 'docker',
    args: ['compose', `--file=${COMPOSE_FILE}`, 'pull', '--quiet', '--policy=missing', ...names],
    cwd: ROOT,
    env: dockerEnvironment(),
    logFile: join(logDir, 'containers.log'),
    stopSignal: 'SIGTERM',
    graceMs: 5 * SECOND,
    stage: 2,
  });
  const { code } = await unit.exited;
  if (code !== 0) say(`the Docker engine cannot pull them: ${logTail(join(logDir, 'containers.log'), 1)[0]}`);
  return code === 0;
}

/**
 * The same servers as in docker-compose.yml, as containers of a project of their own with ports on 127.0.0.1. Data
 * stays in volumes of the project, unless it is to be thrown away. The engine starts a container again that crashes.
 */
export async function startContainers(names: readonly ServerName[], place: Place): Promise<Containers> {
  const { secrets } = place;
  // Whoever removes the data directory, and the passwords with it, gets empty servers.
  const identity = createHash('sha256').update(`${place.dataDir} ${secrets.postgres}`).digest('hex');
  const project = `turnout-${identity.slice(0, 12)}`;
  const files = [COMPOSE_FILE, join(ROOT, 'ops/compose/servers.yml')];
  const compose = [
    'compose',
    `--project-name=${project}`,
    `--project-directory=${ROOT}`,
    '--progress=plain',
    ...files.map((file) => `--file=${file}`),
  ];
  const ports = {
    POSTGRES_PORT: await freePort(),
    REDIS_PORT: await freePort(),
    AMQP_PORT: await freePort(),
    MANAGEMENT_PORT: await freePort(),
  };
  const env = {
    ...dockerEnvironment(),
    POSTGRES_PASSWORD: secrets.postgres,
    REDIS_PASSWORD: secrets.redis,
    RABBITMQ_PASSWORD: secrets.rabbitmq,
    ...Object.fromEntries(Object.entries(ports).map(([name, port]) => [name, String(port)])),
  };
  const user = `turnout:${secrets.rabbitmq}`;
  const reached: Containers = {
    databaseUrl: `postgres://turnout:${secrets.postgres}@127.0.0.1:${ports.POSTGRES_PORT}/postgres`,
    redisUrl: `redis://:${secrets.redis}@127.0.0.1:${ports.REDIS_PORT}`,
    rabbitmq: {
      amqpUrl: `amqp://${user}@127.0.0.1:${ports.AMQP_PORT}`,
      managementUrl: `http://${user}@127.0.0.1:${ports.MANAGEMENT_PORT}`,
      rabbitmqctl: async (args) => {
        const inside = ['exec', '--no-TTY', 'rabbitmq', 'rabbitmqctl', ...args];
        await run('docker', [...compose, ...inside], { env, timeout: 30 * SECOND });
      },
      keepData: () => undefined,
    },
  };
  const answers: Record<ServerName, () => Promise<boolean>> = {
    postgres: () => answersQuery(reached.databaseUrl),
    redis: () => answersPing(reached.redisUrl),
    rabbitmq: () => answersAmqp(reached.rabbitmq.amqpUrl),
  };
  place.say(`starting ${names.join(', ')} as containers`);
  await supervise({
    guard: place.guard,
    say: place.say,
    attempts: 1,
    readyWithinMs: 3 * MINUTE,
    prepare: async () => ({
      name: 'the containers of PostgreSQL, Redis and RabbitMQ',
      command: process.execPath,
      args: [
        fileURLToPath(new URL('./hold-containers.ts', import.meta.url)),
        place.throwaway ? 'throwaway' : 'keep',
        ...compose,
        '--',
        ...names,
      ],
      cwd: ROOT,
      env,
      logFile: join(place.logDir, 'containers.log'),
      stopSignal: 'SIGTERM',
      graceMs: 25 * SECOND,
      stage: 1,
    }),
    isReady: async () => {
      for (const name of names) await answers[name]();
      return true;
    },
  });
  return reached;
}

/** What the docker command needs to find its engine and its plug-ins, and how to reach the network. */
function dockerEnvironment(): Record<string, string> {
  const wanted = Object.entries(process.env).filter(([name]) =>
    /^(PATH|HOME|DOCKER_.*|XDG_RUNTIME_DIR|(https?|no|all)_proxy)$/i.test(name),
  );
  return Object.fromEntries(wanted.map(([name, value]) => [name, value ?? '']));
}
