import { z } from 'zod';
import { instantOut } from '../primitives.ts';

/** A server that a service depends on. `since`: when it was first seen in this state, to a few seconds. */
const dependencyStatus = z
  .strictObject({
    name: z.enum(['postgres', 'rabbitmq', 'redis', 'smtp', 'trace_collector']),
    state: z.enum(['ok', 'unavailable', 'unknown']),
    since: instantOut,
    degraded: z.string().nullable(),
  })
  .meta({ id: 'DependencyStatus' });

/**
 * How one process stands. `schemaVersion` is the newest migration of the database, as far as the process has read it.
 */
export const serviceStatus = z
  .strictObject({
    service: z.string(),
    version: z.string(),
    schemaVersion: z.string().nullable(),
    startedAt: instantOut,
    uptimeSeconds: z.int(),
    ready: z.boolean(),
    dependencies: z.array(dependencyStatus),
  })
  .meta({ id: 'ServiceStatus' });

export type ServiceStatus = z.infer<typeof serviceStatus>;
