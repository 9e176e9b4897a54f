import { participantAttendedType } from '@turnout/contracts/events/participant-attended';
import { givenEnrollments, givenEvent } from '@turnout/test-kit/given';
import { type FaultProxy, startProxy } from '@turnout/test-kit/start-proxy';
import { waitUntil } from '@turnout/test-kit/wait-until';
import { describe, expect, it } from 'vitest';
import { must, openApi } from '../src/api.ts';
import { listen } from '../src/listen.ts';
import { expectInvariants } from './expect-invariants.ts';
import { startTestStack, type TestStack } from './start-test-stack.ts';
import { addressesOf, uploadScans } from './upload-scans.ts';

const PEOPLE = 5_000;
const PRESENT = 300;
/** What a relay publishes in one transaction. */
const BATCH = 500;
const HOUR = 3_600_000;

describe('relays killed in the middle of 5,000 messages', () => {
  it('and started again miss nothing, repeat one batch at most, and nobody hears anything twice', async () => {
    const { stack: started, broker } = await startStackBehindProxy();
    await using stack = started;
    await using listener = await listen(stack.amqpUrl);
    const { heard } = listener;
    const eventId = await givenEvent(stack.db, stack.organization.id, { closure_grace_minutes: 100_000 });
    const people = await givenEnrollments(stack.db, stack.organization.id, eventId, PEOPLE);
    const present = people.slice(0, PRESENT);
    await uploadScans(stack, eventId, present, new Date(Date.now() - 48 * HOUR));
    await waitUntil(() => heard.length === PRESENT);

    // The broker answers late: a relay has a batch under way, delivered and not yet written down, nearly all the time.
    broker.delay(200);
    await closeEvent(stack, eventId);
    await waitUntil(() => heard.length >= PRESENT + 2 * BATCH, { every: 2 });
    const before = heard.length;
    await waitUntil(() => heard.length > before, { every: 2 });
    const relaying = ['checkin', 'closure', 'admin'] as const;
    for (const service of relaying) process.kill(stack.services[service].pid, 'SIGKILL');
    broker.heal();
    const left = await idsIn(stack, WAITING);
    expect(left.length).toBeGreaterThan(0);
    expect(left.length).toBeLessThan(PEOPLE);

    // Whoever keeps the services running starts them again.
    await waitUntil(async () => (await idsIn(stack, WAITING)).length === 0);
    const sent = new Set(await idsIn(stack, PUBLISHED));
    const received = () => new Set(heard.map(({ messageId }) => messageId));
    await waitUntil(() => received().size >= sent.size);
    expect(received()).toEqual(sent);
    expect(sent.size).toBe(PRESENT + PEOPLE + 1); // check-ins, verdicts, and that the event is closed
    expect((await idsIn(stack, ANNOUNCED)).filter((id) => !sent.has(id))).toEqual([]);
    const repeated = heard.length - sent.size;
    expect(repeated).toBeGreaterThan(0);
    expect(repeated).toBeLessThanOrEqual(BATCH);

    const attended = heard.filter(({ routingKey }) => routingKey === participantAttendedType);
    const enrollmentIds = present.map(({ id }) => id).toSorted();
    expect([...new Set(attended.map(({ text }) => JSON.parse(text).subject))].toSorted()).toEqual(
      enrollmentIds,
    );
    await waitUntil(async () => (await idsIn(stack, INBOX)).length === sent.size);
    await waitUntil(async () => (await idsIn(stack, UNSENT)).length === 0);
    expect((await idsIn(stack, TOLD)).toSorted()).toEqual(enrollmentIds);
    const written = stack.mailbox.messages().flatMap(({ to }) => to);
    expect(written.toSorted()).toEqual(await addressesOf(stack, present));
    await expectInvariants(stack.database.url);
  });
});

const WAITING = 'select message_id as id from outbox.messages';
const PUBLISHED = 'select unnest(message_ids) as id from outbox.published';
const ANNOUNCED = 'select message_id as id from attendance.transitions where message_id is not null';
const INBOX = 'select message_id as id from notifier.inbox';
const UNSENT = `select delivery_id as id from notifier.deliveries where status <> 'sent'`;
const TOLD = 'select enrollment_id as id from notifier.deliveries';

async function idsIn({ db }: TestStack, query: string): Promise<string[]> {
  return (await db.query<{ id: string }>(query)).map(({ id }) => id);
}

async function startStackBehindProxy(): Promise<{ stack: TestStack; broker: FaultProxy }> {
  let broker: FaultProxy | undefined;
  const stack = await startTestStack({
    amqp: async (url) => {
      broker = await startProxy(url);
      return broker;
    },
  });
  if (!broker) throw new Error('the services reach the broker without the proxy');
  return { stack, broker };
}

async function closeEvent({ db, services, tokens }: TestStack, eventId: string): Promise<void> {
  const closure = openApi(services.closure.url, tokens.admin);
  must(await closure.post(`/v1/events/${eventId}/closure-runs`), 202);
  const closed = 'select from attendance.events where event_id = $1 and closed_at is not null';
  await waitUntil(async () => (await db.query(closed, [eventId])).length === 1);
}
