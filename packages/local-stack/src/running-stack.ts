import { existsSync, readFileSync } from 'node:fs';
import { STACK_FILE, START_LOCK } from './places.ts';
import { whoHolds } from './process-lock.mjs';
import type { Stack } from './stack.ts';

/** The stack that `npm start` runs in this clone, or null. A file that a crash left behind does not count. */
export function runningStack(): Stack | null {
  if (!whoHolds(START_LOCK) || !existsSync(STACK_FILE)) return null;
  try {
    return JSON.parse(readFileSync(STACK_FILE, 'utf8')) as Stack;
  } catch {
    return null; // cut off by a full disk, or by hand
  }
}

/** What a command that needs a stack says when there is none; it names the process that is still starting. */
export function noStackMessage(alternative = ''): string {
  const starting = whoHolds(START_LOCK);
  return starting
    ? `"npm start" (process ${starting.pid}) is still starting here. Wait for its "Turnout is ready", then try again.`
    : `No stack is running here. Run "npm start" in another terminal first${alternative}.`;
}

/** The databases and brokers a command works on: those the environment names, else those of the running stack. */
export function findInfrastructure(
  environment: Record<string, string | undefined> = process.env,
): Partial<Stack['infrastructure']> {
  const running = runningStack()?.infrastructure;
  const redisUrls = environment.REDIS_URLS?.split(',').map((url) => url.trim());
  return {
    ...running,
    ...(environment.DATABASE_URL && { databaseUrl: environment.DATABASE_URL }),
    ...(environment.AMQP_URL && { amqpUrl: environment.AMQP_URL }),
    ...(redisUrls && { redisUrls }),
  };
}
