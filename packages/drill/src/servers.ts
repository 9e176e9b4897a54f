import { declareBroker } from '@turnout/broker/declare-broker';
import { migrate } from '@turnout/database/migrate';
import type { Place } from '@turnout/local-stack/servers/private-server';
import { startRabbitmq } from '@turnout/local-stack/servers/rabbitmq';
import { startRedis } from '@turnout/local-stack/servers/redis';
import { setRolePasswords } from '@turnout/local-stack/service-roles';
import { chooseSources } from '@turnout/local-stack/sources';
import { type RunningService, startServices } from '@turnout/local-stack/start-services';
import type { PostgresTools } from './postgres-tools.ts';
import { startPrimary } from './primary.ts';

/** What lives on when the primary is lost. */
export interface LastingServers {
  redisUrls: string[];
  amqpUrl: string;
}

/**
 * A broker, a Redis and a primary with the newest schema, all private: the drill destroys what it works on, so it never
 * takes a server that somebody names.
 */
export async function startDrillServers(
  lasting: Place,
  primary: Place,
  tools: PostgresTools,
): Promise<LastingServers & { primaryUrl: string }> {
  const sources = await chooseSources({}, lasting);
  if (!('program' in sources.redis) || !('program' in sources.rabbitmq)) {
    throw new Error('The drill starts servers of its own, and takes none that is given.');
  }
  const [redisUrl, { amqpUrl }, primaryUrl] = await Promise.all([
    startRedis(sources.redis.program, lasting),
    startRabbitmq(sources.rabbitmq.program, lasting),
    startPrimary(primary, tools),
  ]);
  await migrate({ url: primaryUrl, log: () => undefined });
  await setRolePasswords(primaryUrl);
  await declareBroker({ url: amqpUrl });
  return { redisUrls: [redisUrl], amqpUrl, primaryUrl };
}

export type Services = Record<'checkin' | 'closure' | 'admin' | 'notifier', RunningService>;

/** The four services against one database. They end with the place. */
export async function startDrillServices(
  place: Place,
  servers: LastingServers,
  { databaseUrl, smtpUrl }: { databaseUrl: string; smtpUrl: string },
): Promise<Services> {
  return await startServices({
    ...servers,
    guard: place.guard,
    say: () => undefined,
    logDir: place.logDir,
    databaseUrl,
    smtpUrl,
    environment: { PATH: process.env.PATH, LOG_LEVEL: 'warn' },
    defaultPorts: false,
  });
}
