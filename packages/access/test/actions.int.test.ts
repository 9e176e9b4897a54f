import { newId } from '@turnout/runtime/ids';
import { openTestDb } from '@turnout/test-kit/open-test-db';
import { createTestDatabase } from '@turnout/test-kit/test-database';
import { describe, expect, it } from 'vitest';
import { ensureOrganization } from '../src/issue-token.ts';
import { type Action, recordActions } from '../src/record-actions.ts';

describe('what was done', () => {
  it('is written down with what was done, or not at all, and stays as it is', async () => {
    const database = await createTestDatabase();
    await using db = openTestDb(database.url, 2);
    const organizationId = await ensureOrganization(db, 'acme');
    const eventId = newId();
    const actor = { type: 'token', id: newId(), label: 'Ops' } as const;
    const closed: Action = {
      organizationId,
      action: 'event.changed',
      actor,
      eventId,
      subjectId: eventId,
      reason: 'Day three was rained off',
      details: { before: { days: 3 }, after: { days: 2 } },
      cause: 'request-1',
    };
    await db.transaction(async (tx) =>
      recordActions(tx, [closed, { ...closed, eventId: null, subjectId: null }]),
    );
    await expect(
      db.transaction(async (tx) => {
        recordActions(tx, [{ ...closed, action: 'event.cancelled' }]);
        await tx.query('select 1 / 0');
      }),
    ).rejects.toThrow(/division by zero/);

    const rows = await db.query('select * from access.actions order by action_id');
    expect(rows).toMatchObject([
      { action: 'event.changed', actor, event_id: eventId, reason: closed.reason, details: closed.details },
      { action: 'event.changed', event_id: null, subject_id: null, cause: 'request-1' },
    ]);
    for (const change of [
      "update access.actions set reason = 'another'",
      'delete from access.actions',
      'truncate access.actions',
    ]) {
      await expect(db.query(change)).rejects.toThrow(/never changed/);
    }
    await database.drop();
  });
});
