import { z } from 'zod';
import { clusterUrl, integer, port, url } from './config.ts';

/** What every service needs to know of where it runs. */
export interface ServiceConfig {
  port: number;
  host: string;
  /** PostgreSQL, and the connections of each pool at most. */
  database: { url: string; max: number };
  amqpUrl: string;
  log: { level?: string | undefined; format?: string | undefined };
}

/** The variables of a {@link ServiceConfig}, with this service's port and number of connections unless they are set. */
export function serviceEnvironment(unlessSet: { port: number; connections: number }) {
  return {
    PORT: port().default(unlessSet.port),
    HOST: z.string().default('127.0.0.1'),
    DATABASE_URL: url('postgres', 'postgresql'),
    DATABASE_POOL: integer(1, 200).default(unlessSet.connections),
    AMQP_URL: clusterUrl('amqp', 'amqps'),
    LOG_LEVEL: z.string().optional(),
    LOG_FORMAT: z.string().optional(),
  };
}

/** What those variables mean. */
export function serviceConfig(
  read: z.output<z.ZodObject<ReturnType<typeof serviceEnvironment>>>,
): ServiceConfig {
  return {
    port: read.PORT,
    host: read.HOST,
    database: { url: read.DATABASE_URL, max: read.DATABASE_POOL },
    amqpUrl: read.AMQP_URL,
    log: { level: read.LOG_LEVEL, format: read.LOG_FORMAT },
  };
}
