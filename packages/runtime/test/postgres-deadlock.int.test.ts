import { isRetryable } from '@turnout/runtime/postgres';
import { openTestDb } from '@turnout/test-kit/open-test-db';
import { createTestDatabase } from '@turnout/test-kit/test-database';
import { describe, expect, it } from 'vitest';

describe('a deadlock', () => {
  it('is broken by PostgreSQL before anybody stops waiting, so that one goes on and the other may try again', async () => {
    await using database = await createTestDatabase();
    await using db = openTestDb(database.url, 2);
    await db.query('create table pair (id int primary key)');
    await db.query('insert into pair values (1), (2)');
    const bothHold = Promise.withResolvers<void>();
    let holding = 0;
    const cross = (first: number, second: number) =>
      db.transaction(async (tx) => {
        await tx.query('select 1 from pair where id = $1 for update', [first]);
        holding += 1;
        if (holding === 2) bothHold.resolve();
        await bothHold.promise;
        await tx.query('select 1 from pair where id = $1 for update', [second]);
      });
    const outcomes = await Promise.allSettled([cross(1, 2), cross(2, 1)]);
    const [failed] = outcomes.filter((outcome) => outcome.status === 'rejected');
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(isRetryable(failed?.reason)).toBe(true);
  });
});
