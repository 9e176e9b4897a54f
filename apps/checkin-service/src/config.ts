import { type AccessConfig, accessConfig, accessEnvironment } from '@turnout/access/access-config';
import { clusterUrl, integer, port, readEnvironment, url } from '@turnout/runtime/config';
import { z } from 'zod';

const environment = z.object({
  ...accessEnvironment,
  PORT: port().default(4001),
  HOST: z.string().default('127.0.0.1'),
  DATABASE_URL: url('postgres', 'postgresql'),
  DATABASE_POOL: integer(1, 200).default(10),
  AMQP_URL: clusterUrl('amqp', 'amqps'),
  LOG_LEVEL: z.string().optional(),
  LOG_FORMAT: z.string().optional(),
});

/** What the service needs to know of where it runs. */
export interface CheckinConfig {
  port: number;
  host: string;
  database: { url: string; max: number };
  amqpUrl: string;
  access?: Partial<AccessConfig>;
  log: { level?: string | undefined; format?: string | undefined };
}

/**
 * Reads the environment once.
 *
 * @throws ConfigurationError that names every variable that is missing or wrong
 */
export function readConfig(env: Readonly<Record<string, string | undefined>>): CheckinConfig {
  const read = readEnvironment(env, environment);
  return {
    port: read.PORT,
    host: read.HOST,
    database: { url: read.DATABASE_URL, max: read.DATABASE_POOL },
    amqpUrl: read.AMQP_URL,
    access: accessConfig(read),
    log: { level: read.LOG_LEVEL, format: read.LOG_FORMAT },
  };
}
