import { newId } from '@turnout/runtime/ids';
import { type Db, openDb } from '@turnout/runtime/postgres';
import { givenEvent } from '@turnout/test-kit/given';
import { openTestDb } from '@turnout/test-kit/open-test-db';
import { startProxy } from '@turnout/test-kit/start-proxy';
import { createTestDatabase, type TestDatabase } from '@turnout/test-kit/test-database';
import { waitUntil } from '@turnout/test-kit/wait-until';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTokenCommand, UsageError } from '../src/create-token-command.ts';
import { ensureOrganization, issueToken } from '../src/issue-token.ts';
import { readCredential } from '../src/read-credential.ts';
import { tokenAuthenticator } from '../src/token-authenticator.ts';
import { noteTokenUses } from '../src/token-uses.ts';

/** Whom an `Authorization` header stands for. */
function authenticator(db: Db) {
  const tokens = tokenAuthenticator(db);
  return async (header: string | undefined) => {
    const credential = readCredential(header);
    return credential?.kind === 'token'
      ? (tokens.remembered(credential) ?? (await tokens.whose(credential)))
      : null;
  };
}

describe('bearer tokens', () => {
  let database: TestDatabase;
  let db: Db;
  let organizationId: string;
  const grant = { role: 'admin', label: 'test', eventIds: null, station: null, expiresAt: null } as const;

  beforeAll(async () => {
    database = await createTestDatabase();
    db = openTestDb(database.url);
    organizationId = await ensureOrganization(db, 'acme');
  });
  afterAll(async () => {
    await db?.[Symbol.asyncDispose]();
    await database?.drop();
  });

  it('stand for who they were issued to, and for nobody when a character differs', async () => {
    const { token, tokenId } = await issueToken(db, { ...grant, organizationId, station: 'Door A' });
    const whoCalls = authenticator(db);
    expect(await whoCalls(`Bearer ${token}`)).toEqual({
      organizationId,
      tokenId,
      role: 'admin',
      label: 'test',
      eventIds: null,
      station: 'Door A',
    });
    const secret = token.lastIndexOf('_') - 1;
    const wrong = token.slice(0, secret) + (token[secret] === '0' ? '1' : '0') + token.slice(secret + 1);
    for (const header of [
      undefined,
      '',
      token,
      `Basic ${token}`,
      `Bearer ${wrong}`,
      'Bearer tnt_',
      `Bearer ${token} x`,
    ]) {
      expect(await whoCalls(header)).toBeNull();
    }
  });

  it('are stored as a hash only', async () => {
    const { token } = await issueToken(db, { ...grant, organizationId });
    const [, , secret] = token.split('_');
    const rows = await db.query<{ row: string }>('select t::text as row from access.tokens t');
    expect(rows.some(({ row }) => row.includes(secret ?? ''))).toBe(false);
  });

  it.concurrent('stop working within five seconds of being revoked', async () => {
    const { token, tokenId } = await issueToken(db, { ...grant, organizationId });
    const whoCalls = authenticator(db);
    expect(await whoCalls(`Bearer ${token}`)).not.toBeNull();
    await db.query('update access.tokens set revoked_at = now() where token_id = $1', [tokenId]);
    await waitUntil(async () => (await whoCalls(`Bearer ${token}`)) === null, { within: 5_000 });
  });

  it.concurrent.each([
    ['they expire', `expires_at = clock_timestamp() + interval '1 second'`],
    [
      'a rotation ends their secret',
      `next_secret_hash = sha256('new'), next_secret_at = now(), next_secret_used_at = now(),
       secret_ends_at = clock_timestamp() + interval '1 second'`,
    ],
  ])('stop working at the moment %s, however lately they were used', async (_, ending) => {
    const whoCalls = authenticator(db);
    const used = await waitUntil(async () => {
      const issued = await issueToken(db, { ...grant, organizationId });
      await db.query(`update access.tokens set ${ending} where token_id = $1`, [issued.tokenId]);
      return (await whoCalls(`Bearer ${issued.token}`)) && issued;
    });
    await waitUntil(async () => {
      const [ended] = await db.query(
        `select from access.tokens where token_id = $1 and least(expires_at, secret_ends_at) < clock_timestamp()`,
        [used.tokenId],
      );
      return ended;
    });
    expect(await whoCalls(`Bearer ${used.token}`)).toBeNull();
  });
});

describe('when a token was used last', () => {
  it('is noted by every service, together and now and then, and not when the database is away', async () => {
    const database = await createTestDatabase();
    await using db = openTestDb(database.url);
    const organizationId = await ensureOrganization(db, 'acme');
    const grant = { role: 'admin', label: 'x', eventIds: null, station: null, expiresAt: null } as const;
    const used = await issueToken(db, { ...grant, organizationId });
    const unused = await issueToken(db, { ...grant, organizationId });
    const lastUse = async (tokenId: string) => {
      const [row] = await db.query<{ at: Date | null }>(
        'select last_used_at as at from access.tokens where token_id = $1',
        [tokenId],
      );
      return row?.at ?? null;
    };
    for (const service of ['checkin', 'closure', 'admin', 'notifier'] as const) {
      await db.query('update access.tokens set last_used_at = null');
      await using asService = openTestDb(database.urlFor(service), 2);
      await using uses = noteTokenUses(asService, { everyMs: 20 });
      uses.note(used.tokenId);
      const first = await waitUntil(async () => await lastUse(used.tokenId));
      for (let n = 0; n < 100; n += 1) uses.note(used.tokenId);
      await uses[Symbol.asyncDispose]();
      expect(await lastUse(used.tokenId)).toEqual(first);
      expect(await lastUse(unused.tokenId)).toBeNull();
    }
    await using proxy = await startProxy(database.url);
    await using cutOff = openDb({ url: proxy.url, max: 1, applicationName: 'test' });
    proxy.cut();
    const uses = noteTokenUses(cutOff);
    uses.note(unused.tokenId);
    await uses[Symbol.asyncDispose]();
    expect(await lastUse(unused.tokenId)).toBeNull();
    await database.drop();
  });
});

describe('npm run token:create', () => {
  let database: TestDatabase;
  let db: Db;
  beforeAll(async () => {
    database = await createTestDatabase();
    db = openTestDb(database.url);
  });
  afterAll(async () => {
    await db?.[Symbol.asyncDispose]();
    await database?.drop();
  });

  it('makes the organization when its slug is new, also when two are made at once', async () => {
    const args = ['--organization', 'new-org', '--role', 'front_desk', '--label', 'Gate 7'];
    const tokens = await Promise.all([createTokenCommand(db, args), createTokenCommand(db, args)]);
    const [one, other] = await Promise.all(tokens.map((token) => authenticator(db)(`Bearer ${token}`)));
    expect(one).toMatchObject({ role: 'front_desk', label: 'Gate 7' });
    expect(one?.organizationId).toBe(other?.organizationId);
  });

  it('scopes a token to events of the organization, and to no others', async () => {
    const eventId = await givenEvent(db, await ensureOrganization(db, 'with-event'));
    const args = ['--organization', 'with-event', '--role', 'supervisor', '--event'];
    const token = await createTokenCommand(db, [...args, eventId.toUpperCase()]);
    expect(await authenticator(db)(`Bearer ${token}`)).toMatchObject({ eventIds: [eventId] });
    await expect(createTokenCommand(db, [...args, newId()])).rejects.toThrow(UsageError);
  });

  it('leaves an action for the audit trail beside a token, and neither of them nor an organization when it fails', async () => {
    const args = ['--organization', 'on-record', '--role', 'admin'];
    await expect(createTokenCommand(db, [...args, '--event', newId()])).rejects.toThrow(UsageError);
    const known = () => db.query(`select 1 from access.organizations where slug = 'on-record'`);
    expect(await known()).toEqual([]);
    const token = await createTokenCommand(db, args);
    const made = await authenticator(db)(`Bearer ${token}`);
    const actions = await db.query(
      `select action, actor, subject_id, event_id, details from access.actions where organization_id = $1`,
      [made?.organizationId],
    );
    expect(actions).toEqual([
      {
        action: 'token.created',
        actor: { type: 'system', id: 'token:create' },
        subject_id: made?.tokenId,
        event_id: null,
        details: { role: 'admin', events: null, expiresAt: null },
      },
    ]);
  });

  it('says which argument is wrong', async () => {
    const wrong: [string[], RegExp][] = [
      [[], /--organization is missing/],
      [['--organization', 'Not A Slug', '--role', 'admin'], /--organization must be a slug/],
      [
        ['--organization', 'acme', '--role', 'king'],
        /--role must be one of front_desk, supervisor, admin, auditor/,
      ],
      [['--organization', 'acme', '--role', 'admin', '--event', 'x'], /--event must be a UUID/],
      [['--organization', 'acme', '--role', 'admin', '--colour', 'red'], /--colour/],
      [['--organization', 'acme', '--role', 'admin', '--label', ' '], /--label must not be blank/],
    ];
    for (const [args, message] of wrong) await expect(createTokenCommand(db, args)).rejects.toThrow(message);
  });
});
