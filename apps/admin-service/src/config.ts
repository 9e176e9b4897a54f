import { type AccessConfig, accessConfig, accessEnvironment } from '@turnout/access/access-config';
import { type Environment, integer, readEnvironment } from '@turnout/runtime/config';
import { cronExpression } from '@turnout/runtime/schedule';
import { type ServiceConfig, serviceConfig, serviceEnvironment } from '@turnout/runtime/service-config';
import { z } from 'zod';

const retention = {
  RETENTION_UNKNOWN_CODES_DAYS: integer(1, 3_650).default(90),
  RETENTION_PUBLISHED_DAYS: integer(31, 3_650).default(400),
};

const environment = z.object({
  ...serviceEnvironment({ port: 4003, connections: 10 }),
  ...accessEnvironment,
  ...retention,
  RETENTION_SCHEDULE: cronExpression().default('30 3 * * *'),
});

/**
 * What the service needs to know of where it runs. `database.max` connections are for plain rows, and as many for what is
 * hand-written.
 */
export interface AdminConfig extends ServiceConfig {
  access?: Partial<AccessConfig>;
  retention: RetentionConfig & {
    /** A cron expression, in UTC. */
    schedule: string;
  };
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
export function readConfig(env: Environment): AdminConfig {
  const read = readEnvironment(env, environment);
  return {
    ...serviceConfig(read),
    access: accessConfig(read),
    retention: { schedule: read.RETENTION_SCHEDULE, ...retentionConfig(read) },
  };
}

/** What the command `retention` needs: the database. */
export function readRetentionConfig(
  env: Environment,
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
