import type { Db } from '@turnout/runtime/postgres';
import type { Sealing } from '../webhooks/sealing.ts';
import type { WebhookNetworks } from '../webhooks/url-rule.ts';

/** What routes work with. */
export interface NotifierContext {
  db: Db;
  networks: WebhookNetworks;
  /** Null where no key for signing secrets is set. */
  sealing: Sealing | null;
  /** Says that something may be due for an endpoint. */
  wake: () => void;
}
