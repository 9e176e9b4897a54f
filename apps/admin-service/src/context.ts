import type { AttendanceModels } from '@turnout/attendance-store/models/attendance-models';
import type { Relay } from '@turnout/outbox/relay';
import type { Db } from '@turnout/runtime/postgres';
import type { Networks } from '@turnout/runtime/public-url';
import type { Turns } from './reports/turns.ts';

/** What handlers work with: `models` for plain rows, `db` for statements that lock, or work on sets. */
export interface AdminContext {
  db: Db;
  /** The same database for whole files and selections, where a statement may take long. */
  bulkDb: Db;
  models: AttendanceModels;
  relay: Pick<Relay, 'wake'>;
  /** Connections of their own for what may take minutes, and whose turn it is to have one. */
  reports: { db: Db; turns: Turns };
  /** Which networks identity providers may be in. */
  providerNetworks: Networks;
}
