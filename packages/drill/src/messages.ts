import type { Heard } from '@turnout/demo/listen';
import type { Mail } from '@turnout/local-stack/mailbox';
import type { Queryable } from '@turnout/runtime/postgres';
import { unknownMessages } from './recovery-files.ts';

/** The stream as another team heard it, beside the database that was restored. */
export interface StreamFindings {
  heard: number;
  /** Heard again with the same id after the restore: what a consumer that keeps ids drops. */
  repeated: number;
  /** Ids that came again with another body: never right. */
  changed: string[];
  /** Heard before the loss, and the restored database knows nothing of it: its commit was lost. */
  unfounded: number;
  /** In the restored outbox as published, and never heard. */
  missed: string[];
}

/** What people were told, beside the database that was restored. */
export interface MailFindings {
  mails: number;
  /** Mails that came twice with one Message-ID. */
  repeated: number;
  /** Mails about a verdict that the restored database never gave; it gave another, with a mail of its own. */
  unfounded: number;
  /** The messages about attendance of which nobody was told in the end. */
  untold: string[];
}

/** @param beforeTheLoss how many messages had been heard when the primary was lost */
export async function compareStream(
  db: Queryable,
  heard: readonly Heard[],
  beforeTheLoss: number,
): Promise<StreamFindings> {
  const bodies = new Map<string, string>();
  const changed = new Set<string>();
  for (const { messageId, text } of heard) {
    const first = bodies.get(messageId);
    if (first !== undefined && first !== text) changed.add(messageId);
    bodies.set(messageId, text);
  }
  const before = [...new Set(heard.slice(0, beforeTheLoss).map(({ messageId }) => messageId))];
  const published = await db.query<{ id: string }>('select unnest(message_ids) as id from outbox.published');
  return {
    heard: heard.length,
    repeated: heard.length - bodies.size,
    changed: [...changed],
    unfounded: (await unknownMessages(db, before)).length,
    missed: published.map(({ id }) => id).filter((id) => !bodies.has(id)),
  };
}

export async function compareMails(db: Queryable, mails: readonly Mail[]): Promise<MailFindings> {
  const ids = mails.map(({ messageId }) => messageId ?? '');
  const told = new Set(mails.map(({ headers }) => headers['x-turnout-message-id'] ?? ''));
  const attended = await db.query<{ message_id: string }>(ATTENDED);
  const known = new Set(attended.map(({ message_id }) => message_id));
  return {
    mails: mails.length,
    repeated: ids.length - new Set(ids).size,
    unfounded: [...told].filter((id) => !known.has(id)).length,
    untold: [...known].filter((id) => !told.has(id)),
  };
}

/**
 * Messages about attendance that were published and of which the notifier knows nothing. When its queue is empty: it
 * had taken them, and has forgotten them with the database.
 */
export async function forgottenByNotifier(db: Queryable): Promise<string[]> {
  const rows = await db.query<{ message_id: string }>(
    `select p.message_id from (select unnest(message_ids) as message_id from outbox.published) p
     join attendance.transitions t using (message_id)
     where t.to_status = 'attended' and not exists (select from notifier.inbox i where i.message_id = p.message_id)`,
  );
  return rows.map(({ message_id }) => message_id);
}

const ATTENDED = `select message_id from attendance.transitions where to_status = 'attended'`;
