import { issueToken } from '@turnout/access/issue-token';
import { openTestDb } from '@turnout/test-kit/open-test-db';
import { createTestDatabase } from '@turnout/test-kit/test-database';
import { expect, it } from 'vitest';
import { makeDemoTokens } from '../src/demo-tokens.ts';

it('each start has tokens of its own, those of its earlier starts are revoked, and those of others are left alone', async () => {
  const database = await createTestDatabase();
  await using db = openTestDb(database.url, 2);
  const first = await makeDemoTokens(database.url, 'demo', 'here');
  await makeDemoTokens(database.url, 'demo', 'elsewhere');
  const [demo] = await db.query<{ id: string }>('select organization_id as id from access.organizations');
  const own = { role: 'admin', label: 'mine', eventIds: null, station: null, expiresAt: null } as const;
  await issueToken(db, { ...own, organizationId: demo?.id ?? '' });
  const second = await makeDemoTokens(database.url, 'demo', 'here');
  expect(Object.keys(second)).toEqual(['admin', 'frontDesk', 'supervisor', 'auditor']);

  const idsOf = (tokens: object) => Object.values(tokens).map((token: string) => token.split('_')[1]);
  const stored = await db.query<{ id: string; revoked: boolean }>(
    `select replace(token_id::text, '-', '') as id, revoked_at is not null as revoked from access.tokens`,
  );
  const revoked = stored.filter((token) => token.revoked).map(({ id }) => id);
  expect(revoked.sort()).toEqual(idsOf(first).sort());
  expect(stored).toHaveLength(13);
  const actions = await db.query(
    `select action, actor ->> 'id' as by, count(*) from access.actions group by 1, 2 order by 1`,
  );
  expect(actions).toEqual([
    { action: 'token.created', by: 'token:create', count: 12 },
    { action: 'token.revoked', by: 'npm start', count: 4 },
  ]);
  await database.drop();
});
