import type { Stage } from '../stage.ts';

/**
 * Each message that was announced has exactly one row in the notifier's inbox, and each mail that it caused one name.
 */
export async function checkEffects({ db, stack }: Stage): Promise<string[]> {
  const [row] = await db.query<{ missing: number; strange: number }>(COUNT);
  const { missing = 0, strange = 0 } = row ?? {};
  return [
    ...(missing > 0 ? [`${missing} messages had no effect in the notifier`] : []),
    ...(strange > 0 ? [`${strange} messages in the notifier's inbox were never announced`] : []),
    ...mailsWithTwoNames(stack.mailbox.messages()),
  ];
}

interface Mail {
  messageId: string | null;
  headers: Record<string, string>;
}

const causeOf = ({ headers }: Mail) => headers['x-turnout-message-id'] ?? '';

/**
 * A notifier that is killed after sending may send again, under the same name; under another it would be a second mail.
 */
export function mailsWithTwoNames(mails: readonly Mail[]): string[] {
  const byCause = Map.groupBy(
    mails.filter((mail) => causeOf(mail) !== ''),
    causeOf,
  );
  return [...byCause]
    .filter(([, copies]) => new Set(copies.map(({ messageId }) => messageId)).size > 1)
    .map(([cause]) => `the message ${cause} became two mails`);
}

/** Mails that arrived more than once, under one name. */
export function countRepeatedMails({ stack }: Stage): number {
  const names = stack.mailbox.messages().flatMap(({ messageId }) => messageId ?? []);
  return names.length - new Set(names).size;
}

const COUNT = `
  select
    (select count(*) from chaos.announced a
      where not exists (select from notifier.inbox i where i.message_id = a.message_id)) as missing,
    (select count(*) from notifier.inbox i
      where not exists (select from chaos.announced a where a.message_id = i.message_id)) as strange`;
