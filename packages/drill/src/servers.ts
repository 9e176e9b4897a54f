import { declareBroker } from '@turnout/broker/declare-broker';
import { migrate } from '@turnout/database/migrate';
import type { Place } from '@turnout/local-stack/servers/private-server';
import { startRabbitmq } from '@turnout/local-stack/servers/rabbitmq';
import { startRedis } from '@turnout/local-stack/servers/redis';
import { letServicesLogIn } from '@turnout/local-stack/service-roles';
import { chooseSources } from '@turnout/local-stack/sources';
import { type RunningService, startServices } from '@turnout/local-stack/start-services';
import { findTools, type PostgresTools } from './postgres-tools.ts';
import { startPrimary } from './primary.ts';

/** What lives on when the primary is lost. */
export interface LastingServers {
  redisUrls: string[];
  amqpUrl: string;
}

/** A primary with the newest schema: always a private one, since the drill destroys it. */
export async function startDrillPrimary(place: Place): Promise<{ primaryUrl: string; tools: PostgresTools }> {
  await chooseSources({}, place); // on a bare Debian it installs the programs
  const tools = findTools();
  const primaryUrl = await startPrimary(place, tools);
  await migrate({ url: primaryUrl, log: () => undefined });
  await letServicesLogIn(primaryUrl);
  return { primaryUrl, tools };
}

/** A private broker with the topology, and a private Redis. */
export async function startLastingServers(place: Place): Promise<LastingServers> {
  const { redis, rabbitmq } = await chooseSources({}, place);
  if (!('program' in redis) || !('program' in rabbitmq))
    throw new Error('servers were given, and none was asked for');
  const [redisUrl, { amqpUrl }] = await Promise.all([
    startRedis(redis.program, place),
    startRabbitmq(rabbitmq.program, place),
  ]);
  await declareBroker({ url: amqpUrl });
  return { redisUrls: [redisUrl], amqpUrl };
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
