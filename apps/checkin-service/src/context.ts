import type { Relay } from '@turnout/outbox/relay';
import type { Db } from '@turnout/runtime/postgres';

/** What handlers work with. */
export interface CheckinContext {
  db: Db;
  relay: Pick<Relay, 'wake'>;
}
