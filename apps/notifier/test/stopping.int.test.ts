import { waitUntil } from '@turnout/test-kit/wait-until';
import { describe, expect, it } from 'vitest';
import { attendedEvent } from './support/events.ts';
import { startNotifierProcess } from './support/notifier-process.ts';
import { openPostOffice } from './support/post-office.ts';

const PEOPLE = 400;

describe('a notifier that is told to stop in the middle of its work', () => {
  it('finishes what it has begun and exits 0, and the next one sends the rest: nobody hears anything twice', async () => {
    await using office = await openPostOffice();
    const people = await office.people(PEOPLE);
    const environment = { ...office.environment, MAILS_PER_SECOND: '1000' };
    await using first = startNotifierProcess(environment);
    await first.ready;
    await office.publish(people.map((person) => attendedEvent(person)));
    await waitUntil(() => office.mailbox.messages().length > 5, { within: 15_000, every: 2 });
    first.signal('SIGTERM');
    expect(await first.exited).toBe(0);
    expect(first.lines.at(-1)).toContain('"msg":"stopped"');
    const statuses = (await office.deliveries()).map(({ status }) => status);
    expect(statuses.filter((status) => status === 'sent')).toHaveLength(office.mailbox.messages().length);
    expect(office.mailbox.messages().length).toBeLessThan(PEOPLE);

    await using second = startNotifierProcess(environment);
    await waitUntil(
      async () => {
        const deliveries = await office.deliveries();
        return deliveries.length === PEOPLE && deliveries.every(({ status }) => status === 'sent');
      },
      { within: 30_000 },
    );
    expect(office.mailbox.messages()).toHaveLength(PEOPLE);
    second.signal('SIGTERM');
    expect(await second.exited).toBe(0);
    expect(await office.deadMessages()).toEqual([]);
  });
});
