import { alertAddressBody } from '@turnout/contracts/http/alert-address';
import { newId } from '@turnout/runtime/ids';
import { createLogger } from '@turnout/runtime/logger';
import { type GivenOrganization, givenOrganization, givenToken } from '@turnout/test-kit/given';
import { waitUntil } from '@turnout/test-kit/wait-until';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startNotifier } from '../src/service.ts';
import { type Client, clientOf } from './support/client.ts';
import { closureFailedEvent } from './support/events.ts';
import { openPostOffice, type PostOffice } from './support/post-office.ts';

const path = '/v1/alert-address';
const operator = 'operator@example.org';

let office: PostOffice;
let url: string;
const lines: string[] = [];
const opened = new AsyncDisposableStack();
beforeAll(async () => {
  office = opened.use(await openPostOffice());
  const logger = createLogger({
    name: 'notifier',
    level: 'trace',
    destination: { write: (line) => lines.push(line) },
  });
  const config = { ...office.config, operator: { organization: null, email: operator } };
  url = opened.use(await startNotifier(config, logger)).url;
});
afterAll(() => opened.disposeAsync());

async function organization(): Promise<{ given: GivenOrganization; admin: Client; auditor: Client }> {
  const given = await givenOrganization(office.db);
  return { given, admin: clientOf(url, given.tokens.admin), auditor: clientOf(url, given.tokens.auditor) };
}

const stored = ({ id }: GivenOrganization) =>
  office.db.query('select email from notifier.alert_addresses where organization_id = $1', [id]);

describe('the address for failures', () => {
  it('is nobody’s until it is set, and is changed, removed, and removed again', async () => {
    const { given, admin, auditor } = await organization();
    const read = async () => {
      const { status, body } = await auditor('GET', path);
      expect(status).toBe(200);
      return alertAddressBody.parse(body).email;
    };
    expect(await read()).toBeNull();
    for (const email of ['Admins@example.org', 'jürgen+alerts@exämple.org', null, null, 'a@b']) {
      const answer = await admin('PUT', path, { email });
      expect(answer).toMatchObject({ status: 200, body: { email } });
      alertAddressBody.parse(answer.body);
      expect(await read()).toBe(email);
      expect(await stored(given)).toEqual(email === null ? [] : [{ email }]);
    }
    const said = lines.join('');
    expect(said).toContain(path);
    for (const name of ['Admins@', 'jürgen+alerts']) expect(said).not.toContain(name);
  });

  it('is one, also when several are set and removed at the same time', async () => {
    const { given, admin } = await organization();
    const wanted = ['a@example.org', null, 'b@example.org', null, 'c@example.org', 'd@example.org'];
    const answers = await Promise.all(wanted.map((email) => admin('PUT', path, { email })));
    expect(answers.map(({ status, body }) => [status, body.email])).toEqual(
      wanted.map((email) => [200, email]),
    );
    const { body } = await admin('GET', path);
    expect(wanted).toContain(body.email);
    expect(await stored(given)).toEqual(body.email === null ? [] : [body]);
  });

  it('belongs to one organization: another neither sees nor changes it', async () => {
    const { admin } = await organization();
    const { admin: stranger, auditor: strangerToo } = await organization();
    await admin('PUT', path, { email: 'ours@example.org' });
    expect((await strangerToo('GET', path)).body).toEqual({ email: null });
    await stranger('PUT', path, { email: 'theirs@example.org' });
    expect((await admin('GET', path)).body).toEqual({ email: 'ours@example.org' });
    await stranger('PUT', path, { email: null });
    expect((await admin('GET', path)).body).toEqual({ email: 'ours@example.org' });
  });

  it('is where the next mail goes, that of failures already counted too; without one the operator hears', async () => {
    const { given, admin } = await organization();
    const { given: other, admin: neighbour } = await organization();
    await neighbour('PUT', path, { email: 'neighbour@example.org' });
    const alerts = () =>
      office.db.query<{ untold: number; mails: number }>(
        'select untold, mails from notifier.alerts where organization_id = $1 and closed_at is null',
        [given.id],
      );
    /** One failure, counted before the address is set, and told after it: where did the mail go? */
    async function toldAfterSetting(email: string | null, mails: number): Promise<string[]> {
      await waitUntil(async () => (await alerts())[0]?.mails === mails);
      const before = office.mailbox.messages().length;
      await office.publish([closureFailedEvent(given.id)]);
      await waitUntil(async () => (await alerts())[0]?.untold === 1);
      await admin('PUT', path, { email });
      await office.db.query('update notifier.alerts set next_at = now() where organization_id = $1', [
        given.id,
      ]);
      await waitUntil(() => office.mailbox.messages().length > before);
      return office.mailbox
        .messages()
        .slice(before)
        .flatMap(({ to, subject }) => [...to, subject]);
    }
    const subject = `[Turnout] ${given.slug}: A closure failed`;

    await admin('PUT', path, { email: 'first@example.org' });
    await office.publish([closureFailedEvent(given.id)]);
    await waitUntil(() => office.mailbox.messages().length === 1);
    expect(office.mailbox.messages()).toMatchObject([{ to: ['first@example.org'], subject }]);
    expect(await toldAfterSetting('second@example.org', 1)).toEqual(['second@example.org', subject]);
    expect(await toldAfterSetting(null, 2)).toEqual([operator, subject]);

    await office.publish([closureFailedEvent(other.id)]);
    await waitUntil(() => office.mailbox.messages().length === 4);
    expect(office.mailbox.messages()[3]).toMatchObject({
      to: ['neighbour@example.org'],
      subject: `[Turnout] ${other.slug}: A closure failed`,
    });
  });
});

describe('who may', () => {
  it('set it: an admin; look at it: an auditor; neither: anybody else', async () => {
    const { given, admin } = await organization();
    await admin('PUT', path, { email: 'ours@example.org' });
    for (const role of ['front_desk', 'supervisor', 'auditor'] as const) {
      const client = clientOf(url, given.tokens[role]);
      const statuses = {
        get: (await client('GET', path)).status,
        set: (await client('PUT', path, { email: 'mine@example.org' })).status,
        remove: (await client('PUT', path, { email: null })).status,
        nonsense: (await client('PUT', path, '{')).status,
      };
      const get = role === 'auditor' ? 200 : 403;
      expect({ role, ...statuses }).toEqual({ role, get, set: 403, remove: 403, nonsense: 403 });
    }
    expect((await clientOf(url, null)('GET', path)).status).toBe(401);
    expect((await clientOf(url, null)('PUT', path, { email: null })).status).toBe(401);
    expect((await admin('GET', path)).body).toEqual({ email: 'ours@example.org' });
  });

  it('not a token for some events: the address hears of all of them', async () => {
    const { given, admin } = await organization();
    await admin('PUT', path, { email: 'ours@example.org' });
    for (const role of ['admin', 'auditor'] as const) {
      const limited = clientOf(url, await givenToken(office.db, given.id, role, { eventIds: [newId()] }));
      expect((await limited('GET', path)).body).toMatchObject({ status: 403, code: 'forbidden' });
      const set = await limited('PUT', path, { email: 'mine@example.org' });
      expect(set.body).toMatchObject({ status: 403, code: 'forbidden' });
    }
    expect((await admin('GET', path)).body).toEqual({ email: 'ours@example.org' });
  });
});

describe('what is no address is refused, and the one from before stays', () => {
  const bad: [string, unknown, string][] = [
    ['nothing', {}, 'email'],
    ['a number', { email: 7 }, 'email'],
    ['a list', { email: ['ada@example.org'] }, 'email'],
    ['empty text', { email: '' }, 'email'],
    ['no host', { email: 'ada@' }, 'email'],
    ['a name beside it', { email: 'Ada <ada@example.org>' }, 'email'],
    ['two addresses', { email: 'ada@example.org,eve@example.org' }, 'email'],
    ['a header', { email: 'ada@example.org\r\nBcc: eve@example.org' }, 'email'],
    ['a header before the @', { email: 'ada\r\nBcc: eve@example.org' }, 'email'],
    ['an SMTP command', { email: 'ada@example.org>\r\nRCPT TO:<eve@example.org' }, 'email'],
    ['a line break at the end', { email: 'ada@example.org\n' }, 'email'],
    ['a line break of Unicode', { email: 'ada\u0085eve\u2028@example.org' }, 'email'],
    ['NUL', { email: 'ada\u0000@example.org' }, 'email'],
    ['half a surrogate', { email: 'ada\ud800@example.org' }, 'email'],
    ['a novel', { email: `ada@${'x'.repeat(251)}` }, 'email'],
    ['another organization', { email: null, organizationId: newId() }, 'organizationId'],
  ];

  it.each(bad)('%s', async (_what, sent, where) => {
    const { admin } = await organization();
    await admin('PUT', path, { email: 'ours@example.org' });
    const { status, body } = await admin('PUT', path, JSON.stringify(sent));
    expect(body).toMatchObject({ status: 422, code: 'validation_failed' });
    expect(status).toBe(422);
    expect(body.errors.map((error: { path: string }) => error.path)).toEqual([where]);
    expect((await admin('GET', path)).body).toEqual({ email: 'ours@example.org' });
  });

  it('and a longest one is taken', async () => {
    const { admin } = await organization();
    const email = `ada@${'x'.repeat(250)}`;
    expect(await admin('PUT', path, { email })).toMatchObject({ status: 200, body: { email } });
    expect((await admin('GET', `${path}?organizationId=${newId()}`)).status).toBe(422);
  });
});
