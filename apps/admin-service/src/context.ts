import type { AttendanceModels } from '@turnout/attendance-store/models/attendance-models';
import type { Relay } from '@turnout/outbox/relay';
import type { Db } from '@turnout/runtime/postgres';
import type { Networks } from '@turnout/runtime/public-url';

/** What handlers work with: `models` for plain rows, `db` for statements that lock, or work on sets. */
export interface AdminContext {
  db: Db;
  models: AttendanceModels;
  relay: Pick<Relay, 'wake'>;
  /** Which networks identity providers may be in. */
  providerNetworks: Networks;
}
