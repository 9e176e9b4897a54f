import { notifierQueue } from '@turnout/contracts/topology';
import { waitUntil } from '@turnout/test-kit/wait-until';
import { findAnnounced } from './announced.ts';
import { readDeadLetters } from './checks/dead-letters.ts';
import { putIntoQueue } from './stack/on-broker.ts';
import type { Stage } from './stage.ts';

const WITHIN_MS = 60_000;

/**
 * Lets everything come to its end: what is due is closed, the outbox is empty, each message has had its effect. Events
 * that have not ended yet go on until tomorrow, so that nothing new comes.
 */
export async function drain(stage: Stage): Promise<void> {
  const { db, figures, violations, say } = stage;
  await db.query(GO_ON_UNTIL_TOMORROW);
  const since = performance.now();
  const leftMs = () => Math.max(1_000, WITHIN_MS - (performance.now() - since));
  try {
    await waitUntil(() => nothing(unpublished(stage)), { within: leftMs(), every: 250 });
    if (figures.queueDeleted) await sendAgain(stage);
    await waitUntil(() => nothing(unhandled(stage)), { within: leftMs(), every: 250 });
    say(`drained after ${((performance.now() - since) / 1000).toFixed(1)} s`);
  } catch (error) {
    violations.push(`not drained within ${WITHIN_MS / 1000} s: ${String((error as Error).cause ?? error)}`);
  }
}

/** True when nothing of this is left; throws what is. */
async function nothing(counts: Promise<Record<string, number>>): Promise<true> {
  const open = Object.entries(await counts).filter(([, count]) => count > 0);
  if (open.length > 0) throw new Error(open.map(([what, count]) => `${what}: ${count}`).join(', '));
  return true;
}

async function unpublished({ db, otherTeam }: Stage): Promise<Record<string, number>> {
  const [row] = await db.query<Record<string, number>>(UNPUBLISHED);
  const heard = new Set(otherTeam.heard.map(({ id }) => id));
  const unheard = (await findAnnounced(db)).filter(({ id }) => !heard.has(id)).length;
  return { ...row, 'not heard by the other team': unheard };
}

async function unhandled(stage: Stage): Promise<Record<string, number>> {
  const [row] = await stage.db.query<Record<string, number>>(UNHANDLED);
  const dead = new Set(await readDeadLetters(stage));
  const poison = [...stage.poison.keys()].filter((id) => !dead.has(id)).length;
  return { ...row, 'poison not among the dead letters': poison };
}

/** What the notifier lost with its queue comes from somebody who kept the stream. */
async function sendAgain({ db, otherTeam, poison, stack, say }: Stage): Promise<void> {
  const rows = await db.query<{ message_id: string }>('select message_id from notifier.inbox');
  const received = new Set(rows.map(({ message_id }) => message_id));
  const lost = new Map(
    otherTeam.heard.filter(({ id }) => !received.has(id)).map((one) => [one.id, one.message]),
  );
  const planted = [...poison].map(([messageId, content]) => ({ content, properties: { messageId } }));
  await putIntoQueue(stack.servers.amqpUrl, notifierQueue, [...lost.values(), ...planted]);
  say(`sent again to the notifier, whose queue had been deleted: ${lost.size} messages`);
}

const GO_ON_UNTIL_TOMORROW = `
  update attendance.events set ends_at = ends_at + interval '1 day' where ends_at > clock_timestamp()`;

const UNPUBLISHED = `
  select
    (select count(*) from attendance.events e
      where e.cancelled_at is null and e.ends_at < now() and (
        e.closed_at is null or e.closure_epoch <> e.closed_epoch
        or exists (select from attendance.enrollments u where u.event_id = e.event_id and u.undecided))
    ) as "events to be closed",
    (select count(*) from outbox.messages) as "messages in the outbox",
    (select count(*) from outbox.dead) as "messages given up"`;

const UNHANDLED = `
  select
    (select count(*) from chaos.announced a where not exists (
      select from notifier.inbox i where i.message_id = a.message_id)) as "messages the notifier has not received",
    (select count(*) from notifier.deliveries where status = 'pending') as "mails to be sent"`;
