import { Redis } from 'ioredis';

export interface RedisLogger {
  info(facts: object, message: string): void;
  warn(facts: object, message: string): void;
}

const COMMAND_TIMEOUT_MS = 200;
const SILENT_MS = 2_000;

/**
 * Opens a connection that reconnects by itself for ever. A command waits 200 ms at most, and fails at once while there
 * is no connection; one on which nothing is answered for two seconds is given up. `disconnect()` ends it.
 */
export function connectRedis(url: string, logger: RedisLogger): Redis {
  const client = new Redis(url, {
    // With the defaults a command waits in a queue while Redis is down: acquiring a lock hung for over 15 s.
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    commandTimeout: COMMAND_TIMEOUT_MS,
    connectTimeout: 1_000,
    // A connection can die without a word: it would be waited on for as long as the system believes in it, and each
    // command sent on it is kept.
    socketTimeout: SILENT_MS,
    retryStrategy: (attempt) => Math.min(50 * 2 ** attempt, 2_000),
  });
  let down = false;
  client.on('error', (error: Error) => {
    if (!down) logger.warn({ err: error }, 'no connection to Redis, trying again');
    down = true;
  });
  client.on('ready', () => {
    if (down) logger.info({}, 'Redis is connected again');
    down = false;
  });
  return client;
}

/** Whether a server answers right now; within the time of a command. Never rejects. */
export async function answersPing(client: Redis): Promise<boolean> {
  return await client.ping().then(
    () => true,
    () => false,
  );
}
