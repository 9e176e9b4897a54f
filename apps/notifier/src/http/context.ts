import type { Networks } from '@turnout/runtime/public-url';
import type { ReplayContext } from '../commands/replay-dead-letter.ts';
import type { Sealing } from '../webhooks/sealing.ts';

/** What routes work with. */
export interface NotifierContext extends ReplayContext {
  /** The slug of the organization that looks after dead letters which belong to none; null for nobody. */
  operatorOrganization: string | null;
  networks: Networks;
  /** Null where no key for signing secrets is set. */
  sealing: Sealing | null;
}
