import type { DeadLetterBody } from '@turnout/contracts/http/dead-letters';

/** A dead letter as listed: without its body, which is shown to nobody. */
export interface StoredDeadLetter {
  letter_id: string;
  source: DeadLetterBody['source'];
  identity: string;
  status: DeadLetterBody['status'];
  organization_id: string | null;
  event_id: string | null;
  message_id: string | null;
  type: string | null;
  reason: DeadLetterBody['reason'];
  /** What the last attempt met; names no person. */
  detail: string | null;
  paths: string[];
  attempts: number;
  bytes: number | null;
  deaths: number;
  replays: number;
  first_died_at: Date;
  died_at: Date;
  replayed_at: Date | null;
  dropped_at: Date | null;
  drop_reason: string | null;
}

/** The columns of a {@link StoredDeadLetter}, of a table called `l`. */
export const letterColumns = `l.letter_id, l.source, l.identity, l.status, l.organization_id, l.event_id, l.message_id,
  l.type, l.reason, l.detail, l.paths, l.attempts, l.bytes, l.deaths, l.replays, l.first_died_at, l.died_at,
  l.replayed_at, l.dropped_at, l.drop_reason`;
