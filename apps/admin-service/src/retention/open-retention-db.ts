import { SECOND } from '@turnout/runtime/durations';
import { type Db, openDb } from '@turnout/runtime/postgres';
import type { AdminConfig } from '../config.ts';

/** One connection of its own: its statements may take longer than a request has, and take nothing from requests. */
export function openRetentionDb({ database }: Pick<AdminConfig, 'database'>, name: string): Db {
  return openDb({
    url: database.url,
    max: 1,
    applicationName: name,
    queryTimeoutMs: 20 * SECOND,
    steadyPlans: true,
  });
}
