import { readFileSync } from 'node:fs';
import { waitUntil } from '@turnout/test-kit/wait-until';
import { describe, expect, it } from 'vitest';
import { startNotifier } from '../src/service.ts';
import { attendedEvent } from './support/events.ts';
import { openPostOffice } from './support/post-office.ts';

const tellForgotten = readFileSync(
  new URL('../../../packages/database/recovery/tell-forgotten.sql', import.meta.url),
  'utf8',
);

describe('an event that was published, and of which a restored database knows nothing', () => {
  it('is told once: by tell-forgotten.sql, run again, beside the event itself should it still come', async () => {
    await using office = await openPostOffice();
    const [forgotten, known] = await office.people(2);
    if (!forgotten || !known) throw new Error('nobody was enrolled');
    const events = [attendedEvent(forgotten), attendedEvent(known)] as const;
    for (const { id, subject, data } of events) {
      await office.db.query(
        `insert into attendance.transitions (event_id, enrollment_id, version, transition_id, organization_id,
           from_status, to_status, triggered_by, actor, reason, evidence, at, cause, message_id)
         values ($1, $2, 2, gen_random_uuid(), $3, 'checked_in', 'attended', 'system', '{}', 'requirement_met', $4,
           clock_timestamp(), 'test', $5)`,
        [office.eventId, subject, office.organization.id, data.evidence, id],
      );
    }
    const ids = events.map(({ id }) => id);
    await office.db.query('insert into outbox.published (partition, message_ids) values (0, $1)', [ids]);
    await using notifier = await startNotifier(office.config);
    void notifier;
    await office.publish([events[1]]);
    await waitUntil(() => office.mailbox.messages().length === 1);

    await office.db.query(tellForgotten);
    await office.db.query(tellForgotten);
    await waitUntil(() => office.mailbox.messages().length === 2);
    const [usual, late] = office.mailbox.messages();
    expect(late?.messageId).toBe(`<${events[0].id}.you-attended@example.org>`);
    expect(late?.text.replace(/^Hello .*/, '')).toBe(usual?.text.replace(/^Hello .*/, ''));

    await office.publish([events[0], attendedEvent(known)]); // the second one marks when the first was received
    await waitUntil(async () => (await office.inboxSize()) === 3);
    await waitUntil(() => office.mailbox.messages().length === 3);
    expect((await office.deliveries()).map(({ message_id }) => message_id).toSorted()).toHaveLength(3);
  });
});
