import { deadLetterStory } from '@turnout/contracts/http/dead-letters';
import { notifierDeadLetterQueue, notifierQueue } from '@turnout/contracts/topology';
import { newId } from '@turnout/runtime/ids';
import { createLogger } from '@turnout/runtime/logger';
import { type GivenOrganization, givenOrganization, givenToken } from '@turnout/test-kit/given';
import { startProxy } from '@turnout/test-kit/start-proxy';
import { waitUntil } from '@turnout/test-kit/wait-until';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { NotifierConfig } from '../src/config.ts';
import { startNotifier } from '../src/service.ts';
import { anybody, attendedEvent } from './support/events.ts';
import { lettersApi } from './support/letters-api.ts';
import { startNotifierProcess } from './support/notifier-process.ts';
import { openPostOffice, type PostOffice } from './support/post-office.ts';
import { bindOtherTeam, messagesReady, publishRaw } from './support/publish-raw.ts';

const count = (office: PostOffice, number: number) =>
  waitUntil(async () => (await office.deadMessages()).length >= number);

/** A notifier whose operator is the organization of the office. */
const asOperator = ({ config, organization }: PostOffice): NotifierConfig => ({
  ...config,
  operator: { organization: organization.slug, email: null },
});

/** What an older notifier could not read and this one can: the way to a letter that replaying helps. */
const readableNow = (office: PostOffice, bodies: readonly object[]) =>
  publishRaw(
    office.vhost.amqpUrl,
    bodies.map((body) => ({ exchange: notifierDeadLetterQueue, messageId: newId(), body })),
  );

describe.concurrent('what cannot be delivered', () => {
  it('is listed once for each message, with its reason, while all others become mails', async () => {
    await using office = await openPostOffice();
    const { organization, eventId } = office;
    const people = await office.people(20);
    const known = attendedEvent(people[0] ?? anybody());
    const same = newId();
    const poison = [
      { reason: 'not_json', messageId: 'no uuid at all', body: 'not JSON {' },
      { reason: 'not_json', messageId: 'with\u0000NUL and \ud800', body: Buffer.from([0xff, 0xfe, 0x00]) },
      { reason: 'not_json', body: '' },
      { reason: 'not_json', messageId: same, body: 'one' },
      { reason: 'not_json', messageId: same, body: 'another of the same id' },
      { reason: 'wrong_content', body: 'null' },
      { reason: 'wrong_content', body: { ...known, subject: 'nul \u0000 and \ud800' } },
      { reason: 'unknown_type', body: { ...known, type: 'turnout.weather.changed.v1' } },
      { reason: 'unknown_type', body: { ...known, type: 'x'.repeat(10_000), source: 'x\u0000' } },
      { reason: 'too_large', body: { ...known, padding: 'x'.repeat(1_000_000) } },
      { reason: 'too_large', body: 'x'.repeat(3_000_000) },
      {
        reason: 'wrong_content',
        body: { ...known, sequence: 0 },
        messageId: known.id,
        headers: {
          traceparent: 7,
          'x-death': 'odd',
          'x-turnout-replay': '9'.repeat(50),
          big: 'y'.repeat(60_000),
        },
      },
    ];
    await using notifier = await startNotifier(asOperator(office));
    const good = people.map((person) => attendedEvent(person));
    await publishRaw(
      office.vhost.amqpUrl,
      [
        ...poison,
        ...poison.filter(({ messageId }) => messageId !== undefined),
        ...good.map((body) => ({ body })),
      ].map(({ body, ...properties }) => ({ ...properties, body })),
    );
    await waitUntil(() => office.mailbox.messages().length === good.length);
    await count(office, poison.length);

    const api = lettersApi(notifier.url, organization.tokens.admin);
    const items = await waitUntil(async () => {
      const listed = await api.list();
      return listed.length === poison.length && listed;
    });
    expect(items.map(({ reason }) => reason).toSorted()).toEqual(
      poison.map(({ reason }) => reason).toSorted(),
    );
    expect(items.find(({ paths }) => paths.includes('sequence'))).toMatchObject({
      organizationId: organization.id,
      eventId,
      messageId: known.id,
      type: known.type,
      status: 'dead',
      source: 'broker',
      deliveryId: null,
    });
    expect(items.find(({ bytes }) => bytes === 3_000_000)).toMatchObject({
      organizationId: null,
      type: null,
    });
    expect(items.filter(({ messageId }) => messageId === same)).toHaveLength(2);
    const shown = JSON.stringify(items);
    expect(shown).not.toMatch(/xxxx|not JSON \{|yyyy/);
  });

  it('is one letter however often the broker delivers it, over two notifiers', async () => {
    await using office = await openPostOffice();
    const messages = Array.from({ length: 40 }, (_, index) => ({
      messageId: newId(),
      body: `poison ${index}`,
    }));
    {
      await using _one = await startNotifier(office.config);
      await using _two = await startNotifier(office.config);
      await publishRaw(office.vhost.amqpUrl, Array(10).fill(messages).flat());
      await count(office, 40);
      await waitUntil(async () => (await readyIn(office, notifierQueue)) === 0);
      await waitUntil(async () => (await readyIn(office)) === 0);
    }
    await expectAcknowledged(office);
    expect((await office.deadMessages()).map(({ deaths }) => deaths)).toEqual(Array(40).fill(1));
  });

  it('without an id is another letter when the same bytes die in another second', async () => {
    await using office = await openPostOffice();
    await using _notifier = await startNotifier(office.config);
    await waitUntil(
      async () => {
        await publishRaw(office.vhost.amqpUrl, [{ body: 'the same bytes' }]);
        return (await office.deadMessages()).length > 1;
      },
      { every: 200 },
    );
  });

  it('stays with the broker while PostgreSQL is away, and is stored once when it is back', async () => {
    await using office = await openPostOffice();
    await using postgres = await startProxy(office.config.database.url);
    const config = { ...office.config, database: { ...office.config.database, url: postgres.url } };
    const lines: string[] = [];
    const logger = createLogger({ name: 'notifier', destination: { write: (line) => lines.push(line) } });
    {
      await using _first = await startNotifier(config, logger);
      postgres.cut();
      await office.publish(['one', 'two', 'three']);
      await waitUntil(() => lines.some((line) => line.includes('deliveries could not be handled')));
    }
    await waitUntil(async () => (await readyIn(office)) === 3);
    expect(await office.deadMessages()).toEqual([]);
    postgres.heal();
    {
      await using _second = await startNotifier(config);
      await count(office, 3);
    }
    await expectAcknowledged(office);
    expect(await office.deadMessages()).toHaveLength(3);
  });

  it('is stored without its content when PostgreSQL refuses that, and holds up no other when it refuses even that', async () => {
    await using office = await openPostOffice();
    await office.db.query(`alter table notifier.dead_letters
      add constraint test_content check (message_id <> 'cursed'), add constraint test_bytes check (bytes <> 666)`);
    const lines: string[] = [];
    const logger = createLogger({ name: 'notifier', destination: { write: (line) => lines.push(line) } });
    await using _notifier = await startNotifier(office.config, logger);
    await publishRaw(office.vhost.amqpUrl, [
      { messageId: 'never', body: 'x'.repeat(666) },
      { messageId: 'cursed', body: 'cursed' },
      { messageId: 'fine', body: 'fine' },
    ]);
    await count(office, 2);
    for (let more = 1; more <= 2; more += 1) {
      await publishRaw(office.vhost.amqpUrl, [{ messageId: newId(), body: `later ${more}` }]);
      await count(office, 2 + more);
    }
    const stored = await office.deadMessages();
    expect(stored.find(({ message_id }) => message_id === null)).toMatchObject({
      reason: 'not_json',
      body: null,
    });
    expect(stored.some(({ message_id }) => message_id === 'never')).toBe(false);
    // Offered again with a pause that grows, and once more with each that came after it.
    const tries = lines.filter((line) => line.includes('could not be handled')).length;
    expect(tries).toBeGreaterThan(0);
    expect(tries).toBeLessThan(20);
    await office.db.query('alter table notifier.dead_letters drop constraint test_bytes');
    await count(office, 5);
  });
});

describe('replaying', () => {
  it('gives a message its effect, once, with its id, and is written down with who did it; others hear nothing', async () => {
    await using office = await openPostOffice();
    await using one = await startNotifier(asOperator(office));
    await using two = await startNotifier(asOperator(office));
    const event = attendedEvent(await office.person());
    await bindOtherTeam(office.vhost.amqpUrl, 'other-team');
    await publishRaw(office.vhost.amqpUrl, [
      { exchange: notifierDeadLetterQueue, messageId: event.id, body: event },
    ]);
    await count(office, 1);
    const apis = [one, two].map(({ url }) => lettersApi(url, office.organization.tokens.admin));
    const [api] = apis;
    const [letter] = (await api?.list()) ?? [];
    expect(letter).toMatchObject({ reason: 'readable_now', organizationId: office.organization.id });
    const id = letter?.id ?? '';

    const answers = await Promise.all([...apis, ...apis, ...apis].map((each) => each.replay(id)));
    expect(answers.map(({ status }) => status)).toEqual(Array(6).fill(200));
    expect(new Set(answers.map(({ body }) => JSON.stringify(body))).size).toBe(1);
    expect(answers[0]?.body).toMatchObject({
      id,
      status: 'replayed',
      replays: 1,
      deaths: 1,
      messageId: event.id,
    });
    await waitUntil(() => office.mailbox.messages().length === 1);
    expect(office.mailbox.messages()[0]?.headers['x-turnout-message-id']).toBe(event.id);
    expect(await readyIn(office, 'other-team')).toBe(0);

    const { tokenId } = await tokenOf(office);
    const story = deadLetterStory.parse((await api?.show(id))?.body);
    expect(story.actions).toMatchObject([
      { action: 'replayed', actor: { type: 'token', id: tokenId }, reason: null, cause: 'test-1' },
    ]);
    expect(JSON.stringify(story.actions)).not.toContain('label');
    expect(await auditOf(office)).toEqual([
      { action: 'dead_letter.replayed', subject: id, event: letter?.eventId, reason: null },
    ]);
  });

  it('shows a message again that died again, and takes no late copy of its first death for that', async () => {
    await using office = await openPostOffice();
    await using notifier = await startNotifier(asOperator(office));
    const api = lettersApi(notifier.url, office.organization.tokens.admin);
    const unknown = { ...attendedEvent(await office.person()), type: 'turnout.weather.changed.v1' };
    await publishRaw(office.vhost.amqpUrl, [
      { messageId: unknown.id, body: unknown },
      { body: 'without an id' },
    ]);
    await count(office, 2);
    for (const { id } of await api.list()) {
      expect(await api.replay(id)).toMatchObject({ status: 200, body: { status: 'replayed' } });
      await waitUntil(async () => (await api.show(id)).body.status === 'dead');
      expect((await api.show(id)).body).toMatchObject({ deaths: 2, replays: 1, status: 'dead' });
    }
    expect(await office.deadMessages()).toHaveLength(2);

    const [letter] = await office.db.query<{ letter_id: string }>(
      `update notifier.dead_letters set status = 'replayed' where message_id = $1 returning letter_id`,
      [unknown.id],
    );
    await publishRaw(office.vhost.amqpUrl, [
      { exchange: notifierDeadLetterQueue, messageId: unknown.id, body: unknown },
      { exchange: notifierDeadLetterQueue, messageId: 'after it', body: 'after it' },
    ]);
    await count(office, 3);
    expect((await api.show(letter?.letter_id ?? '')).body).toMatchObject({ status: 'replayed', deaths: 2 });
  });

  it('that was cut off between the confirm and the commit can be done again, and has one effect', async () => {
    await using office = await openPostOffice();
    const event = attendedEvent(await office.person());
    {
      await using doomed = startNotifierProcess({
        ...office.environment,
        OPERATOR_ORGANIZATION: office.organization.slug,
      });
      const url = await doomed.ready;
      await publishRaw(office.vhost.amqpUrl, [
        { exchange: notifierDeadLetterQueue, messageId: event.id, body: event },
      ]);
      await count(office, 1);
      const [dead] = await office.deadMessages();
      await office.db.transaction(async (tx) => {
        // Lets the letter be held and read, and makes the writing wait.
        await tx.query('lock table notifier.dead_letters in share mode');
        const replay = lettersApi(url, office.organization.tokens.admin).replay(dead?.letter_id ?? '');
        replay.catch(() => undefined);
        await waitUntil(async () => (await office.inboxSize()) === 1, { every: 5 });
        doomed.signal('SIGKILL');
        await doomed.exited;
      });
    }
    await using notifier = await startNotifier(asOperator(office));
    const api = lettersApi(notifier.url, office.organization.tokens.admin);
    const [letter] = await api.list();
    expect(letter).toMatchObject({ status: 'dead', replays: 0 });
    // It has only just started, and may not be connected to the broker yet.
    await expect
      .poll(() => api.replay(letter?.id ?? ''))
      .toMatchObject({ status: 200, body: { replays: 1 } });
    // The queue is in order: when the next event is there, the second copy has been.
    await office.publish([attendedEvent(await office.person())]);
    await waitUntil(async () => (await office.inboxSize()) === 2);
    expect(await office.deliveries()).toHaveLength(2);
    expect((await api.show(letter?.id ?? '')).body.actions).toHaveLength(1);
  });

  it('is refused while the broker is away, and the letter stays as it was', async () => {
    await using office = await openPostOffice();
    await using rabbitmq = await startProxy(office.vhost.amqpUrl);
    await using notifier = await startNotifier({ ...asOperator(office), amqpUrl: rabbitmq.url });
    await readableNow(office, [attendedEvent(await office.person())]);
    await count(office, 1);
    const api = lettersApi(notifier.url, office.organization.tokens.admin);
    const [letter] = await api.list();
    const id = letter?.id ?? '';
    for (const fault of ['blackhole', 'cut'] as const) {
      rabbitmq[fault]();
      const since = performance.now();
      expect(await api.replay(id)).toMatchObject({ status: 503, body: { code: 'unavailable' } });
      expect(performance.now() - since).toBeLessThan(2_000);
    }
    expect((await api.show(id)).body).toMatchObject({ status: 'dead', replays: 0, actions: [] });
    rabbitmq.heal();
    await waitUntil(async () => (await api.replay(id)).status === 200);
    await waitUntil(() => office.mailbox.messages().length === 1);
  });

  it('is impossible where nothing of a message was kept', async () => {
    await using office = await openPostOffice();
    await using notifier = await startNotifier(asOperator(office));
    await office.publish(['x'.repeat(3_000_000)]);
    await count(office, 1);
    const api = lettersApi(notifier.url, office.organization.tokens.admin);
    const [letter] = await api.list();
    expect(await api.replay(letter?.id ?? '')).toMatchObject({
      status: 409,
      body: { code: 'body_not_kept' },
    });
  });
});

describe('dropping', () => {
  it('needs a reason, keeps it and removes the content; the first reason stands, and nothing is replayed after it', async () => {
    await using office = await openPostOffice();
    await using notifier = await startNotifier(asOperator(office));
    const api = lettersApi(notifier.url, office.organization.tokens.admin);
    await office.publish(['poison']);
    await count(office, 1);
    const [letter] = await api.list();
    const id = letter?.id ?? '';
    expect(await api.drop(id, ' x ')).toMatchObject({ status: 422, body: { errors: [{ path: 'reason' }] } });
    const dropped = await api.drop(id, ' sent by mistake ');
    expect(dropped).toMatchObject({
      status: 200,
      body: { status: 'dropped', dropReason: 'sent by mistake' },
    });
    expect(await api.drop(id, 'another reason')).toEqual(dropped);
    expect(await api.replay(id)).toMatchObject({ status: 409, body: { code: 'already_dropped' } });
    expect(await office.deadMessages()).toMatchObject([{ body: null, status: 'dropped' }]);
    expect((await api.show(id)).body.actions).toMatchObject([
      { action: 'dropped', reason: 'sent by mistake' },
    ]);
    expect(await api.list('&status=dead')).toEqual([]);
    expect(await api.list('&status=dropped')).toHaveLength(1);
    expect(await auditOf(office)).toEqual([
      { action: 'dead_letter.dropped', subject: id, event: null, reason: 'sent by mistake' },
    ]);
  });

  it('is refused for a letter that was sent again', async () => {
    await using office = await openPostOffice();
    await using notifier = await startNotifier(asOperator(office));
    const api = lettersApi(notifier.url, office.organization.tokens.admin);
    await readableNow(office, [attendedEvent(await office.person())]);
    await count(office, 1);
    const id = (await api.list())[0]?.id ?? '';
    expect((await api.replay(id)).status).toBe(200);
    expect(await api.drop(id, 'not needed')).toMatchObject({
      status: 409,
      body: { code: 'already_replayed' },
    });
  });

  it('and replaying are written where nobody can change them, not even the notifier', async () => {
    await using office = await openPostOffice();
    const [rights] = await office.db.query(
      `select has_table_privilege('turnout_notifier', 'notifier.dead_letter_actions', 'update, delete, truncate') as audit,
        has_table_privilege('turnout_notifier', 'notifier.dead_letters', 'delete, truncate') as letters,
        has_table_privilege('turnout_notifier', 'outbox.messages', 'select, insert, update, delete') as messages,
        has_table_privilege('turnout_notifier', 'outbox.dead', 'select, insert, update, delete') as dead`,
    );
    expect(rights).toEqual({ audit: false, letters: false, messages: false, dead: false });
  });
});

describe('whose dead letters they are', () => {
  const opened = new AsyncDisposableStack();
  let office: PostOffice;
  let url: string;
  let other: GivenOrganization;

  beforeAll(async () => {
    office = opened.use(await openPostOffice());
    other = await givenOrganization(office.db);
    url = opened.use(await startNotifier(asOperator(office))).url;
    const unknown = (organizationId: string, eventId = newId()) => ({
      ...attendedEvent({ organizationId, eventId, enrollmentId: newId() }),
      type: 'turnout.weather.changed.v1',
    });
    await office.publish([
      unknown(office.organization.id, office.eventId),
      unknown(office.organization.id),
      unknown(other.id),
      unknown(newId()),
      'nobody’s',
    ]);
    await count(office, 5);
  });
  afterAll(async () => {
    await opened.disposeAsync();
  });

  it('an organization sees its own; those of none are the operator’s', async () => {
    const own = await lettersApi(url, other.tokens.auditor).list();
    expect(own.map(({ organizationId }) => organizationId)).toEqual([other.id]);
    const operators = await lettersApi(url, office.organization.tokens.auditor).list();
    expect(operators.map(({ organizationId }) => organizationId).toSorted()).toEqual(
      [office.organization.id, office.organization.id, null, null].toSorted(),
    );
  });

  it('another’s letter answers as one that does not exist, byte for byte, whatever is asked of it', async () => {
    const theirs = (await lettersApi(url, office.organization.tokens.admin).list()).map(({ id }) => id);
    const stranger = lettersApi(url, other.tokens.admin);
    const nothing = await stranger.show(newId());
    expect(nothing.status).toBe(404);
    for (const id of theirs) {
      expect(await stranger.show(id)).toEqual(nothing);
      expect(await stranger.replay(id)).toEqual(nothing);
      expect(await stranger.drop(id, 'mine now')).toEqual(nothing);
    }
    expect(new Set((await office.deadMessages()).map(({ status }) => status))).toEqual(new Set(['dead']));
  });

  it('a token for some events sees the letters of those', async () => {
    const scope = { eventIds: [office.eventId] };
    const token = await givenToken(office.db, office.organization.id, 'admin', scope);
    const letters = await lettersApi(url, token).list();
    expect(letters.map(({ eventId }) => eventId)).toEqual([office.eventId]);
  });

  it('an auditor reads and changes nothing; devices do neither', async () => {
    const { auditor, front_desk, supervisor } = office.organization.tokens;
    const [letter] = await lettersApi(url, auditor).list();
    const id = letter?.id ?? '';
    for (const token of [auditor, front_desk, supervisor]) {
      const api = lettersApi(url, token);
      expect(await api.replay(id)).toMatchObject({ status: 403, body: { code: 'forbidden' } });
      expect(await api.drop(id, '')).toMatchObject({ status: 403, body: { code: 'forbidden' } });
    }
    expect((await lettersApi(url, front_desk).call('GET', '?nonsense=1')).status).toBe(403);
  });

  it('finds by type, by time and by status, page by page, and names what it does not understand', async () => {
    const api = lettersApi(url, office.organization.tokens.admin);
    const all = await api.list();
    expect(await api.list('&type=turnout.weather.changed.v1')).toHaveLength(3);
    expect(await api.list(`&since=${encodeURIComponent(all[1]?.diedAt ?? '')}`)).not.toHaveLength(0);
    expect(await api.list('&since=2999-01-01T00:00:00Z')).toEqual([]);
    const seen: string[] = [];
    for (let cursor: string | null = ''; cursor !== null; ) {
      const { body } = await api.call('GET', `?limit=1${cursor && `&cursor=${cursor}`}`);
      seen.push(...body.items.map((item: { id: string }) => item.id));
      cursor = body.nextCursor;
    }
    expect(seen).toEqual(all.map(({ id }) => id));
    const { body: first } = await api.call('GET', '?status=dead&limit=1');
    expect(await api.call('GET', `?status=dead&cursor=${first.nextCursor}`)).toMatchObject({ status: 200 });
    for (const filters of ['', 'status=dropped&', 'status=dead&type=turnout.weather.changed.v1&']) {
      expect(await api.call('GET', `?${filters}cursor=${first.nextCursor}`)).toMatchObject({
        status: 422,
        body: { errors: [{ path: 'cursor' }] },
      });
    }
    const wrong = await api.call('GET', '?since=yesterday&status=lost&type=&limit=0&colour=red');
    expect(wrong.status).toBe(422);
    expect(wrong.body.errors.map(({ path }: { path: string }) => path).toSorted()).toEqual([
      'colour',
      'limit',
      'since',
      'status',
      'type',
    ]);
    expect((await api.show('nonsense')).status).toBe(422);
  });
});

/** Messages that wait in a queue, those left out that somebody has not acknowledged yet. */
/**
 * What nobody acknowledged is back in the queue when all have stopped. A broker that is too busy to hear the last
 * acknowledgements of a connection delivers those once more.
 */
async function expectAcknowledged(office: PostOffice): Promise<void> {
  const isEmpty = async () => (await readyIn(office)) === 0;
  const stopped = async () => {
    if (await isEmpty()) return true;
    await using _again = await startNotifier(office.config);
    return await waitUntil(isEmpty).then(() => false);
  };
  await waitUntil(stopped);
}

async function readyIn({ vhost }: PostOffice, queue = notifierDeadLetterQueue): Promise<number> {
  return await messagesReady(vhost.amqpUrl, queue);
}

async function tokenOf({ db, organization }: PostOffice): Promise<{ tokenId: string }> {
  const [row] = await db.query<{ tokenId: string }>(
    `select token_id as "tokenId" from access.tokens where organization_id = $1 and role = 'admin'`,
    [organization.id],
  );
  if (!row) throw new Error('there is no token');
  return row;
}

async function auditOf({ db, organization }: PostOffice): Promise<unknown[]> {
  return await db.query(
    `select action, subject_id as subject, event_id as event, reason from access.actions
     where organization_id = $1 and action like 'dead_letter.%' order by at`,
    [organization.id],
  );
}
