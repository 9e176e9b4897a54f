import type { Relay } from '@turnout/outbox/relay';
import type { Db } from '@turnout/runtime/postgres';
import type { ScanAnswer } from './answers/scan-answers.ts';
import type { ScanUpload } from './commands/gather-scans.ts';
import type { LiveView } from './live/live-view.ts';

/** What handlers work with. */
export interface CheckinContext {
  db: Db;
  relay: Pick<Relay, 'wake'>;
  live: LiveView;
  /** Judges and records scans; null when the organization has no such event. */
  record: (upload: ScanUpload) => Promise<ScanAnswer[] | null>;
}
