import { waitUntil } from '@turnout/test-kit/wait-until';
import { describe, expect, it } from 'vitest';
import { startNotifier } from '../src/service.ts';
import { anybody, attendedEvent } from './support/events.ts';
import { openPostOffice } from './support/post-office.ts';

describe('a poison message costs only itself', () => {
  it('reaches the dead-letter queue while the others become mails', async () => {
    await using office = await openPostOffice();
    const people = await office.people(30);
    const good = people.map((person) => attendedEvent(person));
    const someone = anybody();
    const poison = [
      'not JSON {',
      Buffer.from([0xff, 0xfe, 0x00]),
      '',
      'null',
      { ...attendedEvent(someone), type: 'turnout.weather.changed.v1' },
      { ...attendedEvent(someone), type: 'turnout.participant.attended.v2' },
      { ...attendedEvent(someone), data: { eventId: someone.eventId } },
      { ...attendedEvent(someone), padding: 'x'.repeat(1_000_000) },
    ];
    await using _notifier = await startNotifier(office.config);
    await office.publish(
      good.flatMap((event, index) => (index < poison.length ? [poison[index] ?? '', event] : [event])),
    );

    await waitUntil(() => office.mailbox.messages().length === good.length);
    await waitUntil(async () => (await office.deadMessages()).length === poison.length);
    const bytes = (body: string | object) =>
      Buffer.isBuffer(body) ? body : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
    const dead = (await office.deadMessages()).map(({ body }) => body?.toString('hex'));
    expect(dead.toSorted()).toEqual(poison.map((body) => bytes(body).toString('hex')).toSorted());
    expect(await office.inboxSize()).toBe(good.length);
  });

  it('is tried up to its limit when it can be read and not stored, one by one with its neighbours', async () => {
    await using office = await openPostOffice();
    const people = await office.people(20);
    // Within the contract, and more than the column holds.
    const unstorable = attendedEvent(await office.person(), { sequence: 3_000_000_000 });
    const good = people.map((person) => attendedEvent(person));
    await office.publish([...good.slice(0, 10), unstorable, ...good.slice(10)]);
    await using _notifier = await startNotifier(office.config);

    await waitUntil(async () => (await office.deadMessages()).length === 1);
    await waitUntil(() => office.mailbox.messages().length === good.length);
    const [dead] = await office.deadMessages();
    expect(dead).toMatchObject({ reason: 'not_stored', attempts: 21, status: 'dead' });
    expect(JSON.parse(dead?.body?.toString() ?? '')).toEqual(unstorable);
    const deliveries = await office.deliveries();
    expect(deliveries.map(({ message_id }) => message_id).toSorted()).toEqual(
      good.map(({ id }) => id).toSorted(),
    );
  });
});
