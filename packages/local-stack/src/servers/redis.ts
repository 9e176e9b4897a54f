import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { freePort } from '../ports.ts';
import { type Program, SEARCH_PATH } from '../programs.ts';
import { supervise } from '../supervise.ts';
import { writeWhole } from '../write-whole.ts';
import { type Place, plainEnvironment } from './private-server.ts';

/** A private Redis on 127.0.0.1. It holds locks and counters only, so nothing of it is kept on disk. */
export async function startRedis(program: Program, place: Place): Promise<string> {
  const dir = join(place.dataDir, 'redis');
  const conf = join(dir, 'redis.conf');
  const url = () => `redis://:${place.secrets.redis}@127.0.0.1:${port}`;
  let port = 0;
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  await supervise({
    guard: place.guard,
    say: place.say,
    attempts: 3,
    readyWithinMs: 30_000,
    prepare: async () => {
      port = await freePort();
      writeWhole(conf, configuration(dir, port, place.secrets.redis), 0o600);
      return {
        name: 'Redis',
        command: program.path,
        args: [conf],
        cwd: dir,
        env: plainEnvironment(dir, SEARCH_PATH),
        logFile: join(place.logDir, 'redis.log'),
        stopSignal: 'SIGTERM',
        graceMs: 5_000,
        stage: 0,
      };
    },
    isReady: () => answersPing(url()),
    onPid: (pid) => place.onPid?.('redis', pid),
  });
  return url();
}

function configuration(dir: string, port: number, password: string): string {
  return [
    'bind 127.0.0.1',
    `port ${port}`,
    `requirepass ${password}`,
    `dir ${JSON.stringify(dir)}`,
    'daemonize no',
    'save ""',
    'appendonly no',
  ].join('\n');
}

/** Whether this URL leads to a Redis that lets us in; throws why not. */
export async function answersPing(url: string): Promise<boolean> {
  const client = new Redis(url, {
    lazyConnect: true,
    connectTimeout: 1_000,
    commandTimeout: 1_000,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
  });
  let reason: Error | undefined; // the rejected call itself only says that there is no connection
  client.on('error', (error) => {
    reason = error;
  });
  try {
    await client.connect();
    return (await client.ping()) === 'PONG';
  } catch (error) {
    throw reason ?? error;
  } finally {
    client.disconnect();
  }
}
