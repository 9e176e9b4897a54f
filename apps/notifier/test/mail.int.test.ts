import { participantAttendedType } from '@turnout/contracts/events/participant-attended';
import { newId } from '@turnout/runtime/ids';
import { createLogger } from '@turnout/runtime/logger';
import { startTestMailbox } from '@turnout/test-kit/test-mailbox';
import { waitUntil } from '@turnout/test-kit/wait-until';
import { describe, expect, it } from 'vitest';
import { openEmailChannel } from '../src/channels/email.ts';
import { startNotifier } from '../src/service.ts';
import { insertDeliveries } from '../src/store/insert-deliveries.ts';
import { insertInbox } from '../src/store/insert-inbox.ts';
import { anybody, attendedEvent } from './support/events.ts';
import { openPostOffice } from './support/post-office.ts';

const from = { name: 'Turnout', address: 'turnout@example.org' };
const never = new AbortController().signal;

const message = (facts: { name?: string; address?: string; subject?: string; text?: string } = {}) => ({
  deliveryId: '0197a000-0000-7000-8000-000000000001',
  messageId: '0197a000-0000-7000-8000-000000000002',
  ...anybody(),
  template: 'you-attended',
  to: { name: facts.name ?? 'Ada Lovelace', address: facts.address ?? 'ada@example.org' },
  subject: facts.subject ?? 'You attended TypeScript Days',
  text: facts.text ?? 'Hello Ada',
});

describe('a mail on the wire', () => {
  it('has the same Message-ID however often it is sent, also by a delivery made anew, and says that a machine sent it', async () => {
    await using mailbox = await startTestMailbox();
    await using channel = openEmailChannel({ smtpUrl: mailbox.smtpUrl, from, timeoutMs: 2_000 });
    await channel.send(message(), never);
    await channel.send({ ...message(), deliveryId: '0197a000-0000-7000-8000-000000000003' }, never);
    expect(mailbox.messages().map(({ messageId }) => messageId)).toEqual([
      '<0197a000-0000-7000-8000-000000000002.you-attended@example.org>',
      '<0197a000-0000-7000-8000-000000000002.you-attended@example.org>',
    ]);
    expect(mailbox.messages()[0]?.headers).toMatchObject({
      'auto-submitted': 'auto-generated',
      'x-turnout-message-id': '0197a000-0000-7000-8000-000000000002',
    });
  });

  it('keeps names and subjects of any script', async () => {
    await using mailbox = await startTestMailbox();
    await using channel = openEmailChannel({ smtpUrl: mailbox.smtpUrl, from, timeoutMs: 2_000 });
    const subject = `You attended Zażółć gęślą jaźń 王 ${'🎟️'.repeat(30)}`;
    const text = `Hello Żaneta 王,\n\n.\n..leading dots\n${'long '.repeat(400)}\n`;
    expect(await channel.send(message({ name: 'Żaneta 王', subject, text }), never)).toEqual({
      outcome: 'sent',
    });
    const [mail] = mailbox.messages();
    expect(mail?.subject).toBe(subject);
    expect(mail?.text.trimEnd()).toBe(text.trimEnd());
  });

  it.each([
    'Ada\r\nBcc: mallory@example.org',
    'Ada" <mallory@example.org>, "',
    'Ada <mallory@example.org>',
    'mallory@example.org, Ada',
    'Ada\u2028Bcc: mallory@example.org\u0000',
  ])('goes to one person, whatever that person is called (%j)', async (name) => {
    await using mailbox = await startTestMailbox();
    await using channel = openEmailChannel({ smtpUrl: mailbox.smtpUrl, from, timeoutMs: 2_000 });
    await channel.send(message({ name, subject: `You attended ${name}` }), never);
    const [mail] = mailbox.messages();
    expect(mail?.to).toEqual(['ada@example.org']);
    expect(Object.keys(mail?.headers ?? {})).not.toContain('bcc');
    expect(mail?.messageId).toBe('<0197a000-0000-7000-8000-000000000002.you-attended@example.org>');
  });

  it.each([
    'ada@example.org\r\nRCPT TO:<mallory@example.org>',
    'ada@example.org, mallory@example.org',
    '"a b"@c, d@e',
  ])('goes to nobody else when an address holds more than one (%j)', async (address) => {
    await using mailbox = await startTestMailbox();
    await using channel = openEmailChannel({ smtpUrl: mailbox.smtpUrl, from, timeoutMs: 2_000 });
    await channel.send(message({ address }), never);
    expect(mailbox.messages().flatMap(({ to }) => to)).not.toContain('mallory@example.org');
  });
});

describe('without a mail server', () => {
  it('a delivery goes to the log, which names ids and no person', async () => {
    await using office = await openPostOffice();
    const people = await office.people(3);
    await office.db.query(`update attendance.participants set name = 'Sigrid Secret', locale = 'de'`);
    const lines: string[] = [];
    const logger = createLogger({ name: 'notifier', destination: { write: (line) => lines.push(line) } });
    await using _notifier = await startNotifier({ ...office.config, email: null }, logger);
    await office.publish(people.map((person) => attendedEvent(person)));
    await waitUntil(
      async () => (await office.deliveries()).filter(({ status }) => status === 'sent').length === 3,
    );
    expect(await office.deliveries()).toMatchObject(Array(3).fill({ channel: 'log' }));
    const told = lines.map((line) => JSON.parse(line)).filter(({ msg }) => msg === 'notification');
    const enrollments = told.map(({ enrollmentId }) => String(enrollmentId));
    expect(enrollments.toSorted()).toEqual(people.map(({ enrollmentId }) => enrollmentId).toSorted());
    expect(lines.join('')).not.toMatch(/Secret|@example/);
  });
});

describe('a crowd that is owed mails', () => {
  it('holds up nobody who is owed one later, and is not held up either', async () => {
    await using office = await openPostOffice();
    const [first, ...crowd] = await office.people(40);
    const last = await office.person();
    async function owe(people: readonly (typeof last)[]): Promise<void> {
      const received = people.map((person) => ({ ...person, messageId: newId() }));
      const inbox = received.map(({ enrollmentId, ...message }) => ({
        ...message,
        type: participantAttendedType as typeof participantAttendedType,
        subjectId: enrollmentId,
        sequence: 3,
      }));
      const deliveries = received.map((message) => ({
        ...message,
        headers: {},
        channel: 'email' as const,
        template: 'you-attended',
        endpointId: null,
        content: { days: [] },
      }));
      await office.db.transaction(async (tx) => {
        await insertInbox(tx, inbox);
        await insertDeliveries(tx, deliveries);
      });
    }
    if (first) await owe([first]);
    await owe(crowd);
    await owe([last]);
    await using _notifier = await startNotifier({ ...office.config, mailsPerSecond: 1 });
    const tried = async () => (await office.deliveries()).filter(({ attempts }) => attempts > 0);
    await waitUntil(async () => (await tried()).length >= 2, { within: 10_000 });
    expect((await tried()).map(({ enrollment_id }) => enrollment_id)).toEqual(
      expect.arrayContaining([first?.enrollmentId, last.enrollmentId]),
    );
  });
});

describe('a person who is gone', () => {
  it('is not told any more, and the delivery says so', async () => {
    await using office = await openPostOffice();
    await using _notifier = await startNotifier(office.config);
    await office.publish([attendedEvent(anybody())]);
    await waitUntil(async () => (await office.deliveries())[0]?.status === 'failed');
    expect(await office.deliveries()).toMatchObject([{ last_error: 'there is nobody left to notify' }]);
  });
});
