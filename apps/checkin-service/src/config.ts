import { type AccessConfig, accessConfig, accessEnvironment } from '@turnout/access/access-config';
import { type Environment, readEnvironment } from '@turnout/runtime/config';
import { type ServiceConfig, serviceConfig, serviceEnvironment } from '@turnout/runtime/service-config';
import { z } from 'zod';

const environment = z.object({
  ...serviceEnvironment({ port: 4001, connections: 10 }),
  ...accessEnvironment,
});

/** What the service needs to know of where it runs. */
export interface CheckinConfig extends ServiceConfig {
  access?: Partial<AccessConfig>;
}

/**
 * Reads the environment once.
 *
 * @throws ConfigurationError that names every variable that is missing or wrong
 */
export function readConfig(env: Environment): CheckinConfig {
  const read = readEnvironment(env, environment);
  return { ...serviceConfig(read), access: accessConfig(read) };
}
