import { createLogger } from '@turnout/runtime/logger';
import { givenOrganization } from '@turnout/test-kit/given';
import { startProxy } from '@turnout/test-kit/start-proxy';
import { waitUntil } from '@turnout/test-kit/wait-until';
import { describe, expect, it } from 'vitest';
import { startNotifier } from '../src/service.ts';
import { closureFailedEvent } from './support/events.ts';
import { openPostOffice, type PostOffice } from './support/post-office.ts';

const operator = 'operator@example.org';
const config = (office: PostOffice) => ({
  ...office.config,
  operator: { organization: office.organization.slug, email: operator },
});

interface AlertRow {
  kind: string;
  untold: number;
  told: number;
  mails: number;
  closed_at: Date | null;
}

const alerts = ({ db }: PostOffice) => db.query<AlertRow>('select * from notifier.alerts order by alert_id');

/** All failures counted, told or not. */
const counted = async (office: PostOffice) =>
  (await alerts(office)).reduce((sum, { untold, told }) => sum + untold + told, 0);

const mailsTo = ({ mailbox }: PostOffice, address: string) =>
  mailbox.messages().filter(({ to }) => to.includes(address));

/** An hour is too long for a test: it is made to be over, once all mails are written down. */
async function anHourLater(office: PostOffice): Promise<void> {
  const arrived = office.mailbox.messages().length;
  await waitUntil(async () => (await alerts(office)).reduce((sum, { mails }) => sum + mails, 0) === arrived);
  await office.db.query('update notifier.alerts set next_at = now() where closed_at is null');
}

describe.concurrent('a critical failure', () => {
  it('is told once in a storm of 200, by two notifiers, and the rest together an hour later', async () => {
    await using office = await openPostOffice();
    await using _one = await startNotifier(config(office));
    await using _two = await startNotifier(config(office));
    const poison = Array.from({ length: 200 }, (_, index) => `poison ${index}`);
    await office.publish(poison);
    await waitUntil(async () => (await counted(office)) === 200);
    await waitUntil(() => mailsTo(office, operator).length > 0);
    const [mail] = mailsTo(office, operator);
    expect(mail?.subject).toMatch(/^\[Turnout\] (A message|\d+ messages) could not be delivered$/);
    expect(mail?.text).toContain('npm run dead-letters -- list');

    const told = await waitUntil(async () => (await alerts(office)).find(({ mails }) => mails === 1));
    await office.publish(['one more']);
    await waitUntil(async () => (await counted(office)) === 201);
    expect(mailsTo(office, operator)).toHaveLength(1);
    await anHourLater(office);
    await waitUntil(() => mailsTo(office, operator).length === 2);
    expect(mailsTo(office, operator)[1]?.subject).toContain(
      told.untold === 0 ? 'A message' : `${told.untold + 1} messages`,
    );
    expect(mailsTo(office, operator)[1]?.text).toContain('Already reported since');

    await anHourLater(office);
    await waitUntil(async () => (await alerts(office))[0]?.closed_at);
    expect(await alerts(office)).toMatchObject([{ kind: 'dead_letter', untold: 0, told: 201, mails: 2 }]);
    await office.publish(['another storm']);
    await waitUntil(() => mailsTo(office, operator).length === 3);
    expect(await alerts(office)).toHaveLength(2);
  });

  it('of closures goes to the organization where it has an address, else to the operator, each counted once', async () => {
    await using office = await openPostOffice();
    const other = await givenOrganization(office.db);
    await office.db.query('insert into notifier.alert_addresses values ($1, $2)', [
      office.organization.id,
      'admins@example.org',
    ]);
    await using _one = await startNotifier(config(office));
    await using _two = await startNotifier(config(office));
    const failures = Array.from({ length: 200 }, () => closureFailedEvent(office.organization.id));
    const theirs = closureFailedEvent(other.id);
    await office.publish([...failures, ...failures, theirs, theirs, ...failures]);
    await waitUntil(async () => (await counted(office)) === 201);
    await waitUntil(
      () => mailsTo(office, 'admins@example.org').length > 0 && mailsTo(office, operator).length > 0,
    );
    const [mail] = mailsTo(office, 'admins@example.org');
    expect(mail?.subject).toContain(`${office.organization.slug}: `);
    expect(failures.some(({ data }) => mail?.text.includes(data.eventId))).toBe(true);
    expect(mailsTo(office, operator)[0]).toMatchObject({
      subject: `[Turnout] ${other.slug}: A closure failed`,
    });
    expect(await counted(office)).toBe(201);
    expect(office.mailbox.messages()).toHaveLength(2);
  });

  it('of an outbox that waits for more than a minute is told to the operator, once an hour', async () => {
    await using office = await openPostOffice();
    const waits = (age: string) =>
      office.db.query(
        `insert into outbox.messages (message_id, partition, partition_key, routing_key, content_type, body, created_at)
         values (gen_random_uuid(), 3, gen_random_uuid(), 'turnout.test', 'text/plain', '', now() - $1::interval)`,
        [age],
      );
    await waits('20 seconds');
    await using _one = await startNotifier(config(office));
    await using _two = await startNotifier(config(office));
    await office.publish(['poison']);
    await waitUntil(() => mailsTo(office, operator).length === 1);
    expect((await alerts(office)).map(({ kind }) => kind)).toEqual(['dead_letter']);

    await office.db.query(`update outbox.messages set created_at = now() - interval '2 minutes'`);
    await waitUntil(() => mailsTo(office, operator).length === 2);
    expect(mailsTo(office, operator)[1]?.subject).toBe('[Turnout] Events are not being published');
    await anHourLater(office);
    await waitUntil(() => mailsTo(office, operator).length === 3);
    await office.db.query('delete from outbox.messages');
    await anHourLater(office);
    await waitUntil(async () => (await alerts(office)).every(({ closed_at }) => closed_at !== null));
    expect(mailsTo(office, operator)).toHaveLength(3);
  });

  it('waits for the mail server, over a restart, and is then told once', async () => {
    await using office = await openPostOffice();
    await using smtp = await startProxy(office.mailbox.smtpUrl);
    smtp.cut();
    const email = { ...office.config.email, smtpUrl: smtp.url };
    {
      await using _first = await startNotifier({ ...config(office), email });
      await office.publish(['poison']);
      await waitUntil(
        async () =>
          (await office.db.query('select from notifier.alerts where last_error is not null')).length === 1,
      );
    }
    await using _second = await startNotifier({ ...config(office), email });
    smtp.heal();
    await waitUntil(() => mailsTo(office, operator).length === 1);
    await waitUntil(async () => (await alerts(office))[0]?.told === 1);
    expect(office.mailbox.messages()).toHaveLength(1);
  });

  it('is an error in the log where nobody has an address, and names nobody', async () => {
    await using office = await openPostOffice();
    const lines: string[] = [];
    const logger = createLogger({ name: 'notifier', destination: { write: (line) => lines.push(line) } });
    await using _notifier = await startNotifier(office.config, logger);
    await office.publish([closureFailedEvent(office.organization.id), { to: 'ada@example.org' }]);
    await waitUntil(async () => (await alerts(office)).filter(({ told }) => told === 1).length === 2);
    const told = lines.map((line) => JSON.parse(line)).filter(({ kind }) => kind !== undefined);
    expect(told.map(({ kind, level, failures }) => ({ kind, level, failures }))).toEqual(
      expect.arrayContaining([
        { kind: 'closure_failed', level: 'error', failures: 1 },
        { kind: 'dead_letter', level: 'error', failures: 1 },
      ]),
    );
    expect(lines.join('')).not.toContain('@');
    expect(office.mailbox.messages()).toEqual([]);
  });
});
