import type { Logger } from '@turnout/runtime/logger';
import type { Db } from '@turnout/runtime/postgres';
import type { RetentionConfig } from '../config.ts';

/** One run of the retention: with what, and how far it may go. */
export interface Retention {
  db: Db;
  config: RetentionConfig;
  /** Counts who is past their retention period, and changes nothing. */
  dryRun: boolean;
  stopping: AbortSignal;
  logger: Logger;
}
