/**
 * From the dead-letter queue to where people see what died.
 *
 * A message is acknowledged after its letter is committed, so the broker keeps it while PostgreSQL is away, and one
 * that is delivered again finds its letter there. Whatever a message holds, it is made fit for storing first; should
 * PostgreSQL still refuse one, it is stored without its content. One that is refused even then stays with the broker
 * and is offered again every few seconds, with those that came after it.
 */
import { context, ROOT_CONTEXT } from '@opentelemetry/api';
import { uuid } from '@turnout/contracts/primitives';
import type { Logger } from '@turnout/runtime/logger';
import type { Db } from '@turnout/runtime/postgres';
import type { Delivery } from '@turnout/runtime/rabbitmq';
import { inTrace } from '@turnout/runtime/trace-context';
import { raiseDeadLetters } from '../alerts/raise-alerts.ts';
import { insertDeadMessages } from '../dead-letters/insert-dead-messages.ts';
import { type DeadMessage, readDeadMessage, withoutContent } from '../dead-letters/read-dead-message.ts';
import { isMessagesFault } from './is-messages-fault.ts';

export interface ReceiveDeadLettersOptions {
  db: Db;
  logger: Logger;
}

interface Held {
  delivery: Delivery;
  dead: DeadMessage;
}

/** The function to which the consumer of the dead-letter queue hands what arrives. */
export function receiveDeadLetters({ db, logger }: ReceiveDeadLettersOptions) {
  async function store(held: readonly Held[]): Promise<void> {
    const letters = await db.transaction(async (tx) => {
      const fresh = await insertDeadMessages(
        tx,
        held.map(({ dead }) => dead),
      );
      raiseDeadLetters(tx, fresh);
      return fresh;
    });
    for (const { delivery } of held) delivery.ack();
    const byIdentity = new Map(held.map(({ dead }) => [dead.identity, dead]));
    for (const { letter_id: letterId, identity } of letters) {
      const dead = byIdentity.get(identity);
      inTrace(dead?.properties.trace ?? {}, () =>
        logger.warn(
          { letterId, messageId: uuid.safeParse(dead?.messageId).data ?? null, reason: dead?.reason },
          'a message could not be delivered: a dead letter',
        ),
      );
    }
  }

  async function receive(batch: readonly Delivery[]): Promise<void> {
    const held = batch.map((delivery) => ({ delivery, dead: readDeadMessage(delivery) }));
    let refused: unknown;
    for (const part of inParts(held)) {
      try {
        await store(part);
      } catch (error) {
        if (!isMessagesFault(error)) throw error;
        refused = (await storeOneByOne(part)) ?? refused;
      }
    }
    if (refused !== undefined) throw refused;
  }

  /** Answers the refusal of one that could not be stored in any form. */
  async function storeOneByOne(held: readonly Held[]): Promise<unknown> {
    let refused: unknown;
    for (const { delivery, dead } of held) {
      const error = await tryEach([dead, withoutContent(dead)], (form) => store([{ delivery, dead: form }]));
      refused = error ?? refused;
    }
    return refused;
  }

  return (batch: readonly Delivery[]) => context.with(ROOT_CONTEXT, () => receive(batch));
}

/** As many as one statement writes well within its deadline. */
const PART_BYTES = 4 * 1024 * 1024;

function inParts(held: readonly Held[]): Held[][] {
  const parts: Held[][] = [];
  let bytes = 0;
  for (const one of held) {
    bytes += one.dead.body?.length ?? 0;
    if (bytes > PART_BYTES || parts.length === 0) {
      parts.push([]);
      bytes = one.dead.body?.length ?? 0;
    }
    parts.at(-1)?.push(one);
  }
  return parts;
}

/**
 * Tries one form after the other until one is taken; the last refusal, or undefined. Rejects when it is not the form's
 * fault.
 */
async function tryEach(
  forms: readonly DeadMessage[],
  store: (form: DeadMessage) => Promise<void>,
): Promise<unknown> {
  let refusal: unknown;
  for (const form of forms) {
    try {
      await store(form);
      return undefined;
    } catch (error) {
      if (!isMessagesFault(error)) throw error;
      refusal = error;
    }
  }
  return refusal;
}
