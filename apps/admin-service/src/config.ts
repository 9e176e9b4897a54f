import { type AccessConfig, accessConfig, accessEnvironment } from '@turnout/access/access-config';
import { clusterUrl, integer, port, readEnvironment, url } from '@turnout/runtime/config';
import { z } from 'zod';

const retention = {
  RETENTION_UNKNOWN_CODES_DAYS: integer(1, 3_650).default(90),
  RETENTION_PUBLISHED_DAYS: integer(31, 3_650).default(400),
};

const environment = z.object({
  ...accessEnvironment,
  ...retention,
  RETENTION_SCHEDULE: z
    .string()
    .regex(/^\S+( +\S+){4,5}$/, 'must be a cron expression of five fields, or six with seconds first')
    .default('30 3 * * *'),
  PORT: port().default(4003),
  HOST: z.string().default('127.0.0.1'),
  DATABASE_URL: url('postgres', 'postgresql'),
  DATABASE_POOL: integer(1, 200).default(10),
  AMQP_URL: clusterUrl('amqp', 'amqps'),
  LOG_LEVEL: z.string().optional(),
  LOG_FORMAT: z.string().optional(),
});

/** What the service needs to know of where it runs. */
export interface AdminConfig {
  port: number;
  host: string;
  /** `max` connections for plain rows, and as many for what is hand-written. */
  database: { url: string; max: number };
  amqpUrl: string;
  access?: Partial<AccessConfig>;
  retention: RetentionConfig & {
    /** A cron expression, in UTC. */
    schedule: string;
  };
  log: { level?: string | undefined; format?: string | undefined };
}

/** How long is kept what belongs to no organization's settings. */
export interface RetentionConfig {
  /** What scanners read that was no ticket. */
  unknownCodesDays: number;
  /** The ids of what was published. */
  publishedDays: number;
}

/**
 * Reads the environment once.
 *
 * @throws ConfigurationError that names every variable that is missing or wrong
 */
export function readConfig(env: Readonly<Record<string, string | undefined>>): AdminConfig {
  const read = readEnvironment(env, environment);
  return {
    port: read.PORT,
    host: read.HOST,
    database: { url: read.DATABASE_URL, max: read.DATABASE_POOL },
    amqpUrl: read.AMQP_URL,
    access: accessConfig(read),
    retention: { schedule: read.RETENTION_SCHEDULE, ...retentionConfig(read) },
    log: { level: read.LOG_LEVEL, format: read.LOG_FORMAT },
  };
}

/** What the command `retention` needs: the database. */
export function readRetentionConfig(
  env: Readonly<Record<string, string | undefined>>,
): Pick<AdminConfig, 'database'> & { retention: RetentionConfig } {
  const read = readEnvironment(env, z.object({ ...retention, DATABASE_URL: environment.shape.DATABASE_URL }));
  return { database: { url: read.DATABASE_URL, max: 1 }, retention: retentionConfig(read) };
}

function retentionConfig(read: z.output<z.ZodObject<typeof retention>>): RetentionConfig {
  return {
    unknownCodesDays: read.RETENTION_UNKNOWN_CODES_DAYS,
    publishedDays: read.RETENTION_PUBLISHED_DAYS,
  };
}
